import type { Egress } from '@tramontane/egress';
import { ToolError } from '../kit-error.ts';
import { isJson } from './parse-document.ts';

/** The gateway's own credential for an API: never the caller's token. */
export type ApiAuth =
  | {
      readonly type: 'api_key';
      readonly in: 'header' | 'query' | 'cookie';
      readonly name: string;
      readonly value: string;
    }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | {
      /** OAuth 2.0, client credentials (RFC 6749, section 4.4). */
      readonly type: 'oauth2';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scopes?: readonly string[];
    };

/** What a credential adds to a request. */
export interface AuthParts {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  readonly cookies: readonly (readonly [string, string])[];
}

/** One credential in use. */
export interface ApiCredential {
  parts(signal: AbortSignal): Promise<AuthParts>;
  /** The API refused it. True where asking again can help: a new token will be fetched. */
  refused(): boolean;
  /** Texts that must not leave the gateway. */
  readonly secrets: () => readonly string[];
}

/** A token is given up this long before it ends. */
const EARLY_MS = 30_000;
const DEFAULT_LIFE_S = 300;

export function createCredential(api: string, auth: ApiAuth, egress: Egress): ApiCredential {
  if (auth.type === 'oauth2') return createClientCredentials(api, auth, egress);
  const fixed = toParts(auth);
  const secrets =
    auth.type === 'basic' ? [auth.password] : [auth.type === 'bearer' ? auth.token : auth.value];
  return { parts: () => Promise.resolve(fixed), refused: () => false, secrets: () => secrets };
}

function toParts(auth: Exclude<ApiAuth, { type: 'oauth2' }>): AuthParts {
  const none = { headers: {}, query: [], cookies: [] };
  if (auth.type === 'bearer') return { ...none, headers: { authorization: `Bearer ${auth.token}` } };
  if (auth.type === 'basic') {
    const pair = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
    return { ...none, headers: { authorization: `Basic ${pair}` } };
  }
  const pair = [encodeURIComponent(auth.name), encodeURIComponent(auth.value)] as const;
  if (auth.in === 'header') return { ...none, headers: { [auth.name.toLowerCase()]: auth.value } };
  return auth.in === 'query' ? { ...none, query: [pair] } : { ...none, cookies: [pair] };
}

function createClientCredentials(
  api: string,
  auth: Extract<ApiAuth, { type: 'oauth2' }>,
  egress: Egress,
): ApiCredential {
  let token: { readonly value: string; readonly endsAt: number } | undefined;
  let fetching: Promise<string> | undefined;

  const fetchToken = async (): Promise<string> => {
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    if (auth.scopes !== undefined) form.set('scope', auth.scopes.join(' '));
    const pair = `${encodeURIComponent(auth.clientId)}:${encodeURIComponent(auth.clientSecret)}`;
    const response = await egress.fetch(auth.tokenUrl, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: form.toString(),
      redirect: 'error',
      maxBodyBytes: 65_536,
    });
    const answer: unknown = await response.json().catch(() => undefined);
    const value = isJson(answer) ? answer['access_token'] : undefined;
    if (!response.ok || typeof value !== 'string') {
      throw new ToolError(
        `The gateway could not sign in to ${api}: its token endpoint answered ${response.status}. Nothing was sent to ${api}. Tell the operator.`,
      );
    }
    const life =
      isJson(answer) && typeof answer['expires_in'] === 'number' ? answer['expires_in'] : DEFAULT_LIFE_S;
    token = { value, endsAt: Date.now() + life * 1000 - EARLY_MS };
    return value;
  };

  return {
    parts: async signal => {
      signal.throwIfAborted();
      // One request for all that wait: each of them would end the token of the one before at some servers.
      const value =
        token !== undefined && Date.now() < token.endsAt
          ? token.value
          : await (fetching ??= fetchToken().finally(() => (fetching = undefined)));
      return { headers: { authorization: `Bearer ${value}` }, query: [], cookies: [] };
    },
    refused: () => {
      token = undefined;
      return true;
    },
    secrets: () => [auth.clientSecret, ...(token ? [token.value] : [])],
  };
}
