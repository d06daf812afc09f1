import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { JWK } from 'jose';
import { authorizationFailure } from './authorization-failure.ts';
import { type GivenServer, type Guarded, findAuthorizationServer } from './authorization-server.ts';
import type { Challenge } from './challenge.ts';
import { type OAuthCredential, unionOfScopes } from './credential.ts';
import { createDpopKey } from './dpop.ts';
import { type ClientDescription, type Registrations, findClient } from './find-client.ts';
import type { OAuthClient } from './oauth-client.ts';
import type { Outside } from './outside.ts';
import { TokenRefusal, requestTokens } from './token-endpoint.ts';

/** A sign-in between the way out to the authorization server and the way back. All of it is secret; it is plain JSON. */
export interface PendingSignIn {
  readonly serverUrl: string;
  readonly state: string;
  readonly codeVerifier: string;
  /** The server promised to name itself in its answer. */
  readonly namesIssuer: boolean;
  readonly tokenEndpoint: string;
  readonly client: OAuthClient;
  readonly redirectUri: string;
  readonly resource: string;
  readonly scope?: string;
  readonly dpopKey?: JWK;
}

export interface SignInOptions {
  readonly serverUrl: URL;
  readonly challenge: Challenge;
  readonly client: ClientDescription;
  readonly registrations: Registrations;
  readonly given?: GivenServer;
  /** The credential this sign-in replaces: its scopes are asked for again. */
  readonly previous?: OAuthCredential | undefined;
  readonly now: () => number;
}

/**
 * Prepare a sign-in with an authorization code (MCP 2026-07-28, authorization): find who guards the server, who we
 * are to it, and write the address a person's browser goes to.
 * @throws ConnectionError
 */
export async function startSignIn(
  outside: Outside,
  options: SignInOptions,
): Promise<{ url: URL; pending: PendingSignIn }> {
  const { serverUrl, challenge, client: description, now } = options;
  const registered = description.registered?.issuer;
  const given = { ...(registered !== undefined && { issuer: registered }), ...options.given };
  const guarded = await findAuthorizationServer(outside, serverUrl, challenge, given);
  const authorizationEndpoint = checkedEndpoint(guarded, outside);
  const { metadata, resource } = guarded;
  const client = await findClient(outside, metadata, description, options.registrations, now());
  const scope = scopeToAsk(guarded, challenge, options.previous);
  const state = randomBytes(32).toString('base64url');
  const codeVerifier = randomBytes(32).toString('base64url');

  const url = new URL(authorizationEndpoint);
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: description.redirectUri,
    state,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: resource.resource,
    scope,
    // Without it OpenID providers pass over offline_access (OpenID Connect Core section 11).
    prompt: scope?.split(' ').includes('offline_access') ? 'consent' : undefined,
  };
  for (const [name, value] of Object.entries(parameters)) if (value) url.searchParams.set(name, value);
  return {
    url,
    pending: {
      serverUrl: serverUrl.href,
      state,
      codeVerifier,
      namesIssuer: metadata.sendsIssuer,
      tokenEndpoint: metadata.tokenEndpoint.href,
      client,
      redirectUri: description.redirectUri,
      resource: resource.resource,
      ...(scope !== undefined && { scope }),
      ...(guarded.usesDpop && { dpopKey: await createDpopKey() }),
    },
  };
}

function checkedEndpoint({ metadata }: Guarded, { server }: Outside): URL {
  const { authorizationEndpoint, codeChallengeMethods, issuer } = metadata;
  if (!authorizationEndpoint) {
    const message = `The authorization server ${issuer} of ${server} has no authorization endpoint, so nobody can sign in there.`;
    throw authorizationFailure('bad_metadata', server, message);
  }
  if (codeChallengeMethods.includes('S256')) return authorizationEndpoint;
  const message = `The authorization server ${issuer} of ${server} does not say that it checks PKCE with S256; without it a stolen code would be enough to sign in, so it is not used.`;
  throw authorizationFailure('no_pkce', server, message);
}

function scopeToAsk(
  { resource, metadata }: Guarded,
  challenge: Challenge,
  previous: OAuthCredential | undefined,
): string | undefined {
  const wanted = challenge.scope ?? (previous ? undefined : resource.scopesSupported?.join(' '));
  const offline = metadata.scopesSupported.includes('offline_access') ? 'offline_access' : undefined;
  return unionOfScopes(previous?.requestedScope, previous?.wantedScope, wanted, offline);
}

/**
 * Take the answer that came back to the redirect URI, and redeem its code.
 * @param answer parameters of the redirect
 * @throws ConnectionError
 */
export async function finishSignIn(
  outside: Outside,
  pending: PendingSignIn,
  answer: URLSearchParams,
  options: { readonly registrations: Registrations; readonly now: () => number },
): Promise<OAuthCredential> {
  const { client, dpopKey, scope, resource, redirectUri } = pending;
  const code = checkedCode(answer, pending, outside.server);
  const url = new URL(pending.tokenEndpoint);
  const { now, registrations } = options;
  const endpoint = { url, client, now, ...(dpopKey && { dpop: { key: dpopKey, nonces: new Map() } }) };
  const tokens = await requestTokens(outside, endpoint, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: pending.codeVerifier,
    resource,
  }).catch(async (error: unknown) => {
    if (!(error instanceof TokenRefusal)) throw error;
    // A registration the server no longer knows would fail every sign-in from now on.
    if (error.error === 'invalid_client') await registrations.forget(client, redirectUri);
    throw authorizationFailure('token_refused', outside.server, error.message, error);
  });
  return {
    client,
    tokenEndpoint: pending.tokenEndpoint,
    resource,
    ...(scope !== undefined && { requestedScope: scope }),
    ...(dpopKey && { dpopKey }),
    tokens,
  };
}

/** The code, once the answer is known to be the right server's and meant for this sign-in (RFC 9207, RFC 6749 4.1.2). */
function checkedCode(answer: URLSearchParams, pending: PendingSignIn, server: string): string {
  const { client, namesIssuer } = pending;
  const mismatch = (what: string) => authorizationFailure('response_mismatch', server, what);
  if (!isSame(answer.get('state') ?? '', pending.state))
    throw mismatch(`The answer does not belong to this sign-in with ${server}. Start again.`);
  const issuer = answer.get('iss');
  // As it stands: a slash more or less may be another server. What a wrong server says of errors is not repeated.
  if (issuer === null ? namesIssuer : issuer !== client.issuer) {
    throw mismatch(
      issuer === null
        ? `The answer does not say which authorization server it is from, although ${client.issuer} promises to. It was not used.`
        : `The answer comes from another authorization server than ${client.issuer}. It was not used.`,
    );
  }
  const error = answer.get('error');
  if (error !== null) {
    const description = answer.get('error_description');
    const said = (description ? `${error}: ${description}` : error).replace(/\s+/g, ' ').slice(0, 300);
    throw authorizationFailure('denied', server, `${client.issuer} did not let you sign in (${said}).`);
  }
  const code = answer.get('code');
  if (code) return code;
  throw mismatch(`The answer of ${client.issuer} holds neither a code nor an error.`);
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
