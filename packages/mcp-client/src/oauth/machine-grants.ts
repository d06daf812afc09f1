import { authorizationFailure } from './authorization-failure.ts';
import { type GivenServer, findAuthorizationServer } from './authorization-server.ts';
import type { Need, Obtain } from './authorizer.ts';
import { type OAuthCredential, unionOfScopes } from './credential.ts';
import { createDpopKey } from './dpop.ts';
import { parseEndpoint } from './endpoint-url.ts';
import { type ClientAuthentication, type OAuthClient, authenticationFor } from './oauth-client.ts';
import type { Outside } from './outside.ts';
import { TokenRefusal, post, requestTokens, toRefusal } from './token-endpoint.ts';

type PrivateKey = Extract<ClientAuthentication, { method: 'private_key_jwt' }>;

/** Tokens without a person. `tokenUrl` or `given` where they are known; otherwise the tool server's metadata tells. */
export interface MachineClient {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly secretMethod?: 'client_secret_basic' | 'client_secret_post';
  readonly privateKey?: PrivateKey;
  readonly tokenUrl?: URL;
  readonly given?: GivenServer;
  readonly scope?: string;
  readonly grant: MachineGrant;
}

/** Reads a token anew for each use: whoever writes it writes another one before it ends. */
export type ReadToken = () => Promise<string>;

export type MachineGrant =
  /** RFC 6749 section 4.4; MCP extension oauth-client-credentials. */
  | { readonly type: 'client_credentials' }
  /** A token of the platform we run on, read for each request (RFC 7523 section 2.1; workload identity federation). */
  | { readonly type: 'jwt_bearer'; readonly assertion: ReadToken }
  /** The company's identity provider vouches for the user (MCP extension enterprise-managed-authorization). */
  | { readonly type: 'enterprise'; readonly identity: IdentityProvider };

export interface IdentityProvider {
  readonly tokenUrl: URL;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly privateKey?: PrivateKey;
  readonly subjectToken: ReadToken;
  readonly subjectTokenType: SubjectTokenType;
}

/** What shows the identity provider who the user is (draft-ietf-oauth-identity-assertion-authz-grant). */
export type SubjectTokenType = 'id_token' | 'refresh_token';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export function obtainForMachine(client: MachineClient, now: () => number): Obtain {
  return async (seen, need, current) => {
    const outside = client.tokenUrl ? asNamed(seen) : seen;
    const found = await placeOf(outside, client, need, current);
    const scope = unionOfScopes(client.scope, current?.requestedScope, need.challenge.scope);
    const ask = async (place: Place) => {
      const { tokenUrl: url, client: shown, resource, dpopKey: key } = place;
      const dpop = key && { dpop: { key, nonces: new Map<string, string>() } };
      const endpoint = { url, client: shown, now, ...dpop };
      const parameters = await grantParameters(outside, client, place, scope, now);
      return { place, tokens: await requestTokens(outside, endpoint, { ...parameters, scope, resource }) };
    };
    const { place, tokens } = await ask(found)
      .catch(async (error: unknown) => {
        // An endpoint whose metadata nobody read may want a proof all the same.
        if (found.dpopKey || !(error instanceof TokenRefusal && WANTS_PROOF.has(error.error))) throw error;
        return ask({ ...found, dpopKey: await createDpopKey() });
      })
      .catch((error: unknown) => {
        if (!(error instanceof TokenRefusal)) throw error;
        throw authorizationFailure('token_refused', outside.server, error.message, error);
      });
    return {
      client: place.client,
      tokenEndpoint: place.tokenUrl.href,
      resource: place.resource,
      ...(scope !== undefined && { requestedScope: scope }),
      ...(place.dpopKey && { dpopKey: place.dpopKey }),
      // A machine asks again; a refresh token would only be one more secret.
      tokens: withoutRefresh(tokens),
    };
  };
}

/** Errors of an endpoint that misses a DPoP proof (RFC 9449 sections 5 and 8). */
const WANTS_PROOF: ReadonlySet<string> = new Set(['invalid_dpop_proof', 'use_dpop_nonce']);

interface Place {
  readonly tokenUrl: URL;
  readonly client: OAuthClient;
  readonly resource: string;
  readonly dpopKey?: NonNullable<OAuthCredential['dpopKey']>;
}

async function placeOf(
  outside: Outside,
  client: MachineClient,
  { serverUrl, challenge }: Need,
  current: OAuthCredential | undefined,
): Promise<Place> {
  const { clientId, clientSecret, secretMethod, privateKey, tokenUrl } = client;
  const authentication = (supported: readonly string[] | undefined) =>
    privateKey ?? authenticationFor(clientSecret, supported, secretMethod);
  if (tokenUrl) {
    // Nothing is asked of the authorization server here, so the tool server's challenge tells that it wants a key. Tokens
    // asked for ahead of any challenge are bound like those before them.
    const usesDpop = challenge.scheme === 'dpop' || current?.dpopKey !== undefined;
    return {
      tokenUrl: parseEndpoint(tokenUrl.href, 'token URL', outside),
      client: { issuer: client.given?.issuer ?? '', clientId, authentication: authentication(undefined) },
      resource: canonical(serverUrl),
      ...(usesDpop && { dpopKey: current?.dpopKey ?? (await createDpopKey()) }),
    };
  }
  // A client belongs to one authorization server. Where nobody says which, it is the one it was first shown to.
  const issuer = client.given?.issuer ?? current?.client.issuer;
  const given = { ...client.given, ...(issuer !== undefined && issuer !== '' && { issuer }) };
  const guarded = await findAuthorizationServer(outside, serverUrl, challenge, given);
  const { metadata, resource, usesDpop } = guarded;
  return {
    tokenUrl: metadata.tokenEndpoint,
    client: { issuer: metadata.issuer, clientId, authentication: authentication(metadata.tokenAuthMethods) },
    resource: resource.resource,
    ...(usesDpop && { dpopKey: await createDpopKey() }),
  };
}

async function grantParameters(
  outside: Outside,
  { grant }: MachineClient,
  place: Place,
  scope: string | undefined,
  now: () => number,
): Promise<Record<string, string | undefined>> {
  switch (grant.type) {
    case 'client_credentials':
      return { grant_type: 'client_credentials' };
    case 'jwt_bearer':
      return { grant_type: JWT_BEARER, assertion: await readToken(grant.assertion, outside) };
    case 'enterprise':
      return {
        grant_type: JWT_BEARER,
        assertion: await exchangeIdentity(outside, grant.identity, place, scope, now),
      };
  }
}

/** An identity token for a grant that only this authorization server takes, for this tool server (RFC 8693, ID-JAG). */
async function exchangeIdentity(
  seen: Outside,
  identity: IdentityProvider,
  place: Place,
  scope: string | undefined,
  now: () => number,
): Promise<string> {
  const { tokenUrl, clientId, clientSecret, privateKey } = identity;
  const outside = asNamed(seen);
  const url = parseEndpoint(tokenUrl.href, 'token URL of the identity provider', outside);
  const authentication = privateKey ?? authenticationFor(clientSecret, ['client_secret_post']);
  // Its issuer is not known here: an assertion is then for the token endpoint (RFC 7523 section 3).
  const client = { issuer: '', clientId, authentication };
  const answer = await post(
    outside,
    { url, client, now },
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      subject_token_type: `urn:ietf:params:oauth:token-type:${identity.subjectTokenType}`,
      subject_token: await readToken(identity.subjectToken, outside),
      audience: place.client.issuer === '' ? place.tokenUrl.origin : place.client.issuer,
      resource: place.resource,
      scope,
    },
  );
  if (answer.status >= 300) throw toRefusal(answer, outside, url);
  const { body } = answer;
  const record = typeof body === 'object' && body !== null ? new Map(Object.entries(body)) : new Map();
  const grant: unknown = record.get('access_token');
  if (
    record.get('issued_token_type') === 'urn:ietf:params:oauth:token-type:id-jag' &&
    typeof grant === 'string'
  )
    return grant;
  const message = `The identity provider ${url.origin} gave no authorization grant for ${outside.server}.`;
  throw authorizationFailure('token_refused', outside.server, message);
}

/** Whoever set the connection up named the address: it is no word of the tool server's. */
function asNamed(outside: Outside): Outside {
  return { ...outside, isLoopback: true, publicOnly: false };
}

async function readToken(read: ReadToken, { server }: Outside): Promise<string> {
  try {
    return await read();
  } catch (cause) {
    const message = `The token that signs in to ${server} cannot be read: ${cause instanceof Error ? cause.message : 'no reason given'}`;
    throw authorizationFailure('no_assertion', server, message, cause);
  }
}

function withoutRefresh(tokens: OAuthCredential['tokens']): OAuthCredential['tokens'] {
  const { refreshToken: _unused, ...rest } = tokens;
  return rest;
}

/** The server's address as a resource indicator: no fragment, no slash on a bare origin. */
function canonical(url: URL): string {
  return url.pathname === '/' && url.search === '' ? url.origin : url.origin + url.pathname;
}
