import { type JWK } from 'jose';
import { z } from 'zod';
import { ConnectionError } from '../connection-error.ts';
import { authorizationFailure } from './authorization-failure.ts';
import { clientAssertion } from './client-assertion.ts';
import { type DpopNonces, dpopProof } from './dpop.ts';
import { errorTextOf } from './find-client.ts';
import type { OAuthClient } from './oauth-client.ts';
import { type Outside, type ReadAnswer, request } from './outside.ts';
import { type Tokens, parseTokens } from './tokens.ts';

/** Where and as whom tokens are asked for. */
export interface TokenEndpoint {
  readonly url: URL;
  readonly client: OAuthClient;
  readonly dpop?: { readonly key: JWK; readonly nonces: DpopNonces };
  readonly now: () => number;
}

/** An error the endpoint answered with (RFC 6749 section 5.2). */
export class TokenRefusal extends Error {
  override readonly name = 'TokenRefusal';
  readonly error: string;

  constructor(error: string, message: string) {
    super(message);
    this.error = error;
  }
}

/**
 * One request to a token endpoint, and a second one only where the server asks for a DPoP nonce.
 * @throws TokenRefusal where the endpoint says no; ConnectionError for all else
 */
export async function requestTokens(
  outside: Outside,
  endpoint: TokenEndpoint,
  grant: Readonly<Record<string, string | undefined>>,
  previous?: Tokens,
): Promise<Tokens> {
  const answer = await post(outside, endpoint, grant);
  const tokens = answer.status < 300 ? parseTokens(answer.body, endpoint.now(), previous) : undefined;
  if (tokens) return tokens;
  throw answer.status < 300
    ? authorizationFailure(
        'bad_metadata',
        outside.server,
        `The token endpoint ${endpoint.url.origin} of ${outside.server} answered without a usable token.`,
      )
    : toRefusal(answer, outside, endpoint.url);
}

/** The same for answers that hold no access token, such as those of a token exchange. */
export async function post(
  outside: Outside,
  endpoint: TokenEndpoint,
  grant: Readonly<Record<string, string | undefined>>,
): Promise<ReadAnswer> {
  const { url, dpop } = endpoint;
  const first = await postOnce(outside, endpoint, grant);
  const nonce = first.headers.get('dpop-nonce');
  if (!dpop || nonce === null) return first;
  dpop.nonces.set(url.origin, nonce);
  return first.status >= 400 && errorOf(first.body) === 'use_dpop_nonce'
    ? postOnce(outside, endpoint, grant)
    : first;
}

async function postOnce(
  outside: Outside,
  { url, client, dpop, now }: TokenEndpoint,
  grant: Readonly<Record<string, string | undefined>>,
): Promise<ReadAnswer> {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(grant)) if (value !== undefined) form.set(name, value);
  const headers = new Headers({
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  });
  await authenticate(client, url, form, headers, now());
  if (dpop) {
    const proof = { method: 'POST', url, nonce: dpop.nonces.get(url.origin), now: now() };
    headers.set('dpop', await dpopProof(dpop.key, proof));
  }
  const answer = await request(outside, url, 'token endpoint', {
    method: 'POST',
    // A redirect would carry the secrets on.
    redirect: 'error',
    headers,
    body: form.toString(),
  });
  return answer.status < 400 ? answer : { ...answer, body: withoutSecrets(answer.body, form, client) };
}

const SECRET_PARAMETERS = [
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'refresh_token',
  'subject_token',
];

/** Some servers quote what they were sent, and what they say ends up in messages. */
function withoutSecrets(body: unknown, form: URLSearchParams, { authentication }: OAuthClient): unknown {
  const own = 'secret' in authentication ? [authentication.secret] : [];
  const secrets = [...own, ...SECRET_PARAMETERS.flatMap(name => form.get(name) ?? [])];
  return JSON.parse(JSON.stringify(body ?? null), (_key, value: unknown) =>
    typeof value === 'string'
      ? secrets.reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '***')), value)
      : value,
  );
}

async function authenticate(
  client: OAuthClient,
  url: URL,
  form: URLSearchParams,
  headers: Headers,
  now: number,
): Promise<void> {
  const { clientId, authentication } = client;
  switch (authentication.method) {
    case 'none':
      form.set('client_id', clientId);
      return;
    case 'client_secret_post':
      form.set('client_id', clientId);
      form.set('client_secret', authentication.secret);
      return;
    case 'client_secret_basic': {
      const pair = `${formEncoded(clientId)}:${formEncoded(authentication.secret)}`;
      headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
      return;
    }
    case 'private_key_jwt': {
      const { key, algorithm } = authentication;
      const audience = client.issuer === '' ? url.href : client.issuer;
      form.set('client_id', clientId);
      form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      form.set('client_assertion', await clientAssertion(clientId, key, { algorithm, audience, now }));
    }
  }
}

/** The form encoding of one value (RFC 6749 section 2.3.1 wants it inside Basic as well). */
function formEncoded(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice(2);
}

/** Statuses that may pass are no refusal: the same request may work in a moment. */
export function toRefusal(answer: ReadAnswer, outside: Outside, url: URL): Error {
  const { status, body } = answer;
  const where = `The token endpoint ${url.origin} of ${outside.server}`;
  if (status === 429 || status >= 500) {
    return new ConnectionError('unreachable', `${where} answered HTTP ${status}${errorTextOf(body)}.`, {
      server: outside.server,
    });
  }
  return new TokenRefusal(
    errorOf(body) ?? 'invalid_request',
    `${where} gave no token (HTTP ${status}${errorTextOf(body)}).`,
  );
}

function errorOf(body: unknown): string | undefined {
  return z.object({ error: z.string() }).safeParse(body).data?.error;
}
