import { ConnectionError } from './connection-error.ts';
import type { Authorizer } from './oauth/authorizer.ts';

export type ServerAuth =
  | { type: 'none' }
  | { type: 'bearer'; token: string }
  /** `header` defaults to X-API-Key. */
  | { type: 'api_key'; key: string; header?: string }
  /** OAuth: the headers of each request are the authorizer's. */
  | { type: 'oauth'; authorizer: Authorizer };

/** A tool server as one caller may use it. */
export interface ServerTarget {
  /** Connections, caches and findings are kept apart by this. `credential` is a digest, never the secret. */
  scope: { workspace: string; connector: string; credential: string };
  url: string;
  auth: ServerAuth;
  headers?: Record<string, string>;
  /** Milliseconds for each request, its answer included. */
  timeoutMs: number;
}

/** A target that was checked. */
export interface OpenTarget {
  readonly url: URL;
  readonly origin: string;
  /** Credentials and the target's own headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Signs each request, besides the headers. */
  readonly authorizer?: Authorizer;
  readonly timeoutMs: number;
  /** The text without the target's secrets: a server may quote what it was sent. */
  readonly withoutSecrets: (text: string) => string;
  /** The same on one line, cut to a length fit for a message. */
  readonly redact: (text: string) => string;
}

/** What the protocol or the connection sets; another value would break the exchange or the guard. All of `mcp-` too. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'last-event-id',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-request-id',
  'x-tramontane-exchange',
]);
const LONGEST_QUOTE = 300;

function isOwnHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return OWN_HEADERS.has(lower) || lower.startsWith('mcp-');
}

/** The key that keeps callers apart. JSON, so that no part can run into the next. */
export function scopeKey({ scope, url }: ServerTarget): string {
  return JSON.stringify([scope.workspace, scope.connector, scope.credential, url]);
}

/** @throws ConnectionError `invalid_target` */
export function parseTarget(target: ServerTarget): OpenTarget {
  const invalid = (message: string): ConnectionError =>
    new ConnectionError('invalid_target', message, {
      server: URL.canParse(target.url) ? new URL(target.url).origin : 'unknown',
    });
  if (!URL.canParse(target.url))
    throw invalid('The address of the tool server is not a URL. Write it in full, with https:// or http://.');
  const url = new URL(target.url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw invalid(`The address of a tool server must begin with https:// or http://, not ${url.protocol}//.`);
  }
  // Credentials in the address would end up in logs and messages; there is a place for them.
  if (url.username !== '' || url.password !== '')
    throw invalid(`The address of ${url.host} carries a user name or password; use auth instead.`);
  if (!(target.timeoutMs > 0)) throw invalid(`The time limit for ${url.host} must be more than 0 ms.`);
  url.hash = '';
  const headers = new Headers();
  for (const [name, value] of [...Object.entries(target.headers ?? {}), ...authHeaders(target.auth)]) {
    if (isOwnHeader(name)) {
      throw invalid(
        `The header ${name} cannot be set for ${url.host}, because the connection sets it itself. Use a header of another name.`,
      );
    }
    try {
      headers.set(name, value);
    } catch {
      // The reason would quote the value.
      throw invalid(
        `The header ${JSON.stringify(name)} for ${url.host} has a name or a value that HTTP does not allow.`,
      );
    }
  }
  const secrets = secretsOf(target);
  const authorizer = target.auth.type === 'oauth' ? target.auth.authorizer : undefined;
  const withoutSecrets = (text: string): string =>
    [...secrets, ...(authorizer?.secrets() ?? [])].reduce(
      (current, secret) => current.replaceAll(secret, '***'),
      text,
    );
  return {
    url,
    origin: url.origin,
    headers: Object.fromEntries(headers),
    ...(authorizer && { authorizer }),
    timeoutMs: target.timeoutMs,
    withoutSecrets,
    redact: text => toQuote(withoutSecrets(text)),
  };
}

function authHeaders(auth: ServerAuth): [string, string][] {
  switch (auth.type) {
    case 'none':
    case 'oauth':
      return [];
    case 'bearer':
      return [['Authorization', `Bearer ${auth.token}`]];
    case 'api_key':
      return [[auth.header ?? 'X-API-Key', auth.key]];
  }
}

function secretsOf(target: ServerTarget): string[] {
  const own =
    target.auth.type === 'bearer'
      ? [target.auth.token]
      : target.auth.type === 'api_key'
        ? [target.auth.key]
        : [];
  return [...own, ...Object.values(target.headers ?? {}), new URL(target.url).search].filter(
    secret => secret.length > 3,
  );
}

function toQuote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}
