import { ConnectionError } from './connection-error.ts';
import type { Authorizer } from './oauth/authorizer.ts';
import type { StdioCommand } from './transports/stdio-channel.ts';

export type ServerAuth =
  | { type: 'none' }
  | { type: 'bearer'; token: string }
  /** `header` defaults to X-API-Key. */
  | { type: 'api_key'; key: string; header?: string }
  /** OAuth: the headers of each request are the authorizer's. */
  | { type: 'oauth'; authorizer: Authorizer };

/** Connections, caches and findings are kept apart by this. `credential` is a digest, never the secret. */
export interface Scope {
  workspace: string;
  connector: string;
  credential: string;
}

interface AnyTarget {
  scope: Scope;
  /** Milliseconds that a request may take without an answer or progress. */
  timeoutMs: number;
  /** Milliseconds that a request may take whatever its progress. Default 10 minutes, or `timeoutMs` where that is more. */
  totalMs?: number;
  /** Milliseconds to find out what a server is and to connect. Default 30 seconds. */
  connectMs?: number;
}

/** A tool server in the network as one caller may use it. */
export interface RemoteTarget extends AnyTarget {
  /** `https`, `http`, `wss` or `ws`. */
  url: string;
  auth: ServerAuth;
  headers?: Record<string, string>;
}

/** A tool server that runs as a child of this process. Never made from a request: it names a program. */
export interface ProcessTarget extends AnyTarget {
  /** For messages, such as `stdio:files`. */
  name: string;
  process: StdioCommand;
}

export type ServerTarget = RemoteTarget | ProcessTarget;

/** A target that was checked. */
export interface OpenTarget {
  /** Of a child process `stdio:<name>`. */
  readonly url: URL;
  /** Who is meant, in messages. */
  readonly origin: string;
  readonly process?: StdioCommand;
  /** Credentials and the target's own headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Signs each request, besides the headers. */
  readonly authorizer?: Authorizer;
  readonly timeoutMs: number;
  readonly totalMs: number;
  readonly connectMs: number;
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
const SCHEMES: ReadonlySet<string> = new Set(['https:', 'http:', 'wss:', 'ws:']);
const LONGEST_QUOTE = 300;

function isOwnHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return OWN_HEADERS.has(lower) || lower.startsWith('mcp-');
}

/** The key that keeps callers apart. JSON, so that no part can run into the next. */
export function scopeKey(target: ServerTarget): string {
  const { workspace, connector, credential } = target.scope;
  const place = 'url' in target ? target.url : target.name;
  return JSON.stringify([workspace, connector, credential, place]);
}

const DEFAULT_TOTAL_MS = 600_000;
const DEFAULT_CONNECT_MS = 30_000;

function limitsOf(target: AnyTarget): Pick<OpenTarget, 'timeoutMs' | 'totalMs' | 'connectMs'> {
  const { timeoutMs, totalMs, connectMs } = target;
  return {
    timeoutMs,
    totalMs: totalMs ?? Math.max(DEFAULT_TOTAL_MS, timeoutMs),
    connectMs: connectMs ?? DEFAULT_CONNECT_MS,
  };
}

function parseProcessTarget(target: ProcessTarget): OpenTarget {
  // Values of the child's environment are where its keys are.
  const secrets = Object.values(target.process.env ?? {}).filter(value => value.length > LONGEST_PLAIN);
  const withoutSecrets = (text: string): string =>
    secrets.reduce((current, secret) => current.replaceAll(secret, '***'), text);
  return {
    url: new URL(`stdio:${encodeURIComponent(target.name)}`),
    origin: target.name,
    process: target.process,
    headers: {},
    ...limitsOf(target),
    withoutSecrets,
    redact: text => toQuote(withoutSecrets(text)),
  };
}

/** A shorter value is a setting such as "1" or "true", which would be cut out of every sentence. */
const LONGEST_PLAIN = 7;

/** @throws ConnectionError `invalid_target` */
export function parseTarget(target: ServerTarget): OpenTarget {
  return 'process' in target ? parseProcessTarget(target) : parseRemoteTarget(target);
}

function parseRemoteTarget(target: RemoteTarget): OpenTarget {
  const invalid = (message: string): ConnectionError =>
    new ConnectionError('invalid_target', message, {
      server: URL.canParse(target.url) ? new URL(target.url).origin : 'unknown',
    });
  if (!URL.canParse(target.url))
    throw invalid(
      'The address of the tool server is not a URL. Write it in full, with https://, http://, wss:// or ws://.',
    );
  const url = new URL(target.url);
  if (!SCHEMES.has(url.protocol)) {
    throw invalid(
      `The address of a tool server must begin with https://, http://, wss:// or ws://, not ${url.protocol}//.`,
    );
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
    ...limitsOf(target),
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

function secretsOf(target: RemoteTarget): string[] {
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
