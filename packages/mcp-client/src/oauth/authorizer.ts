import type { Egress } from '@tramontane/egress';
import type { ConnectionError } from '../connection-error.ts';
import { authorizationFailure } from './authorization-failure.ts';
import { type Challenge, parseChallenge } from './challenge.ts';
import { type OAuthCredential, type TokenPlace, unionOfScopes } from './credential.ts';
import { type DpopNonces, dpopProof } from './dpop.ts';
import { type Outside, lookOutside } from './outside.ts';
import { TokenRefusal, requestTokens } from './token-endpoint.ts';
import { lifeOf } from './tokens.ts';

/** One request to a tool server, which `send` sends with the headers it is given. It may be sent more than once. */
export interface AuthorizedRequest {
  readonly method: string;
  readonly url: URL;
  readonly signal: AbortSignal;
  readonly send: (headers: Readonly<Record<string, string>>) => Promise<Response>;
}

/** Signs requests to one server with one credential, and keeps that credential fresh. */
export interface Authorizer {
  /** @throws ConnectionError `sign_in_required`, `authorization_failed`; whatever `send` throws */
  send(request: AuthorizedRequest): Promise<Response>;
  /** Texts that must not appear in a message. */
  secrets(): readonly string[];
}

/** Why tokens are needed. */
export interface Need {
  readonly serverUrl: URL;
  readonly challenge: Challenge;
  readonly why: 'no_tokens' | 'over' | 'rejected' | 'scopes';
}

/** Get tokens where refreshing cannot: from a person, or as a machine. */
export type Obtain = (
  outside: Outside,
  need: Need,
  current: OAuthCredential | undefined,
) => Promise<OAuthCredential>;

export interface AuthorizerOptions {
  readonly egress: Egress;
  readonly place: TokenPlace;
  /** Absent where only a person could, and nobody is there: the caller is then told that a sign-in is needed. */
  readonly obtain?: Obtain;
  /** Get tokens before the first request instead of waiting to be asked for them. */
  readonly isEager?: boolean;
  readonly now?: () => number;
}

/** Milliseconds for one renewal, with the wait for another process that renews the same credential. */
const RENEWAL_MS = 45_000;

export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { egress, place, obtain } = options;
  const now = options.now ?? Date.now;
  const nonces: DpopNonces = new Map();
  const flights = new Map<'tokens' | 'scopes', Promise<OAuthCredential>>();
  let seen: OAuthCredential | undefined;

  async function refresh(outside: Outside, current: OAuthCredential): Promise<OAuthCredential | undefined> {
    const { refreshToken } = current.tokens;
    if (refreshToken === undefined) return undefined;
    const { client, dpopKey, tokenEndpoint, resource } = current;
    const dpop = dpopKey && { dpop: { key: dpopKey, nonces } };
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken, resource };
    try {
      const endpoint = { url: new URL(tokenEndpoint), client, now, ...dpop };
      return { ...current, tokens: await requestTokens(outside, endpoint, grant, current.tokens) };
    } catch (error) {
      // Anything but a plain no may pass, and then the token still counts.
      if (error instanceof TokenRefusal) return undefined;
      throw error;
    }
  }

  /** What is kept after this, whoever did the work: this caller, another one here, or another process. */
  function renew(need: Need, stale: OAuthCredential | undefined): Promise<OAuthCredential> {
    const kind = need.why === 'scopes' ? 'scopes' : 'tokens';
    const running = flights.get(kind);
    if (running) return running;
    // Not the caller's signal: giving up between request and answer would lose a refresh token that was exchanged.
    const signal = AbortSignal.timeout(RENEWAL_MS);
    const flight = place
      .change(async current => {
        if (current && current.tokens.accessToken !== stale?.tokens.accessToken) return current;
        const outside = await lookOutside(egress, need.serverUrl, signal);
        const refreshed = current && kind === 'tokens' ? await refresh(outside, current) : undefined;
        if (refreshed) return refreshed;
        if (obtain) return obtain(outside, need, current);
        if (!current) throw signInNeeded(need, outside.server);
        return kind === 'scopes' ? withWish(current, need) : withoutRefreshToken(current);
      }, signal)
      .finally(() => flights.delete(kind));
    flights.set(kind, flight);
    return flight;
  }

  async function renewed(need: Need, stale: OAuthCredential | undefined, signal: AbortSignal) {
    const credential = await unlessAborted(renew(need, stale), signal);
    const isSame = credential.tokens.accessToken === stale?.tokens.accessToken;
    // Nobody is there to get other ones. (A machine may be given the same once more.)
    if (isSame && !obtain) throw signInNeeded(need, need.serverUrl.origin);
    return credential;
  }

  async function current({ url, signal }: AuthorizedRequest): Promise<OAuthCredential | undefined> {
    const kept = await place.read(signal);
    const need = { serverUrl: url, challenge: { scheme: undefined } } as const;
    if (!kept) {
      return obtain && options.isEager === true
        ? renewed({ ...need, why: 'no_tokens' }, undefined, signal)
        : undefined;
    }
    const life = lifeOf(kept.tokens, now());
    const canRenew = obtain !== undefined || kept.tokens.refreshToken !== undefined;
    if (life === 'good' || (life === 'due' && !canRenew)) return kept;
    try {
      return await renewed({ ...need, why: 'over' }, kept, signal);
    } catch (error) {
      // Not being able to renew yet is no reason to fail while the token is good.
      if (life === 'due' && !signal.aborted) return kept;
      throw error;
    }
  }

  async function sendWith(
    request: AuthorizedRequest,
    credential: OAuthCredential | undefined,
  ): Promise<Response> {
    seen = credential ?? seen;
    const attempt = async (): Promise<Response> => {
      const response = await request.send(await authorizationHeaders(request, credential, nonces, now()));
      const nonce = response.headers.get('dpop-nonce');
      if (nonce !== null) nonces.set(request.url.origin, nonce);
      return response;
    };
    const response = await attempt();
    const wantsNonce =
      response.status === 401 &&
      response.headers.has('dpop-nonce') &&
      parseChallenge(response.headers.get('www-authenticate')).error === 'use_dpop_nonce';
    if (!wantsNonce || credential?.tokens.scheme !== 'DPoP') return response;
    await response.body?.cancel();
    return attempt();
  }

  return {
    secrets: () => (seen ? secretsOf(seen) : []),
    async send(request) {
      const first = await current(request);
      const response = await sendWith(request, first);
      if (response.status !== 401 && response.status !== 403) return response;
      const challenge = parseChallenge(response.headers.get('www-authenticate'));
      const need = { serverUrl: request.url, challenge };
      // Without a word of OAuth it is another kind of key that is missing.
      if (!first && !obtain && challenge.scheme === undefined) return response;
      if (response.status === 401) {
        await response.body?.cancel();
        const why = first ? 'rejected' : 'no_tokens';
        return sendWith(request, await renewed({ ...need, why }, first, request.signal));
      }
      const wanted = unionOfScopes(first?.requestedScope, challenge.scope);
      // What was asked for already will not be granted by asking once more.
      const isNew = wanted !== unionOfScopes(first?.requestedScope);
      if (!first || challenge.error !== 'insufficient_scope' || !isNew) return response;
      await response.body?.cancel();
      return sendWith(request, await renewed({ ...need, why: 'scopes' }, first, request.signal));
    },
  };
}

async function authorizationHeaders(
  { method, url }: AuthorizedRequest,
  credential: OAuthCredential | undefined,
  nonces: DpopNonces,
  now: number,
): Promise<Record<string, string>> {
  if (!credential) return {};
  const { scheme, accessToken } = credential.tokens;
  const authorization = `${scheme} ${accessToken}`;
  if (scheme === 'Bearer' || !credential.dpopKey) return { authorization };
  const proof = { method, url, accessToken, nonce: nonces.get(url.origin), now };
  return { authorization, dpop: await dpopProof(credential.dpopKey, proof) };
}

function withWish(current: OAuthCredential, { challenge }: Need): OAuthCredential {
  const wantedScope = unionOfScopes(current.wantedScope, challenge.scope);
  return { ...current, ...(wantedScope !== undefined && { wantedScope }) };
}

/** A refresh token that was refused is not tried again: some servers take that for theft. */
function withoutRefreshToken(current: OAuthCredential): OAuthCredential {
  const { refreshToken: _refused, ...tokens } = current.tokens;
  return { ...current, tokens };
}

function signInNeeded({ why, challenge }: Need, server: string): ConnectionError {
  switch (why) {
    case 'no_tokens':
      return authorizationFailure('not_signed_in', server, `${server} wants you to sign in first.`);
    case 'scopes': {
      const message = `${server} wants more rights for this (${challenge.scope ?? 'it does not say which'}); sign in again to give them.`;
      return authorizationFailure('more_scopes', server, message);
    }
    case 'over':
    case 'rejected':
      return authorizationFailure(
        'sign_in_expired',
        server,
        `The sign-in at ${server} is no longer good and could not be renewed; sign in again.`,
      );
  }
}

function secretsOf({ tokens, client, dpopKey }: OAuthCredential): string[] {
  const secret = 'secret' in client.authentication ? client.authentication.secret : undefined;
  return [tokens.accessToken, tokens.refreshToken, secret, dpopKey?.d].filter(text => text !== undefined);
}

/** The result, or the caller's own reason to leave; the work goes on without it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) {
      leave();
      work.catch(() => undefined);
      return;
    }
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
