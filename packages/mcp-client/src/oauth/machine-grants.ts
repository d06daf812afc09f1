import { authorizationFailure } from './authorization-failure.ts';
import { type GivenServer, findAuthorizationServer } from './authorization-server.ts';
import type { Obtain } from './authorizer.ts';
import { type OAuthCredential, unionOfScopes } from './credential.ts';
import { createDpopKey } from './dpop.ts';
import { parseEndpoint } from './endpoint-url.ts';
import { type ClientAuthentication, type OAuthClient, authenticationFor } from './oauth-client.ts';
import type { Outside } from './outside.ts';
import { TokenRefusal, post, requestTokens, toRefusal } from './token-endpoint.ts';

/** Tokens without a person. `tokenUrl` or `given` where they are known; otherwise the tool server's metadata tells. */
export interface MachineClient {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly secretMethod?: 'client_secret_basic' | 'client_secret_post';
  readonly privateKey?: Extract<ClientAuthentication, { method: 'private_key_jwt' }>;
  readonly tokenUrl?: URL;
  readonly given?: GivenServer;
  readonly scope?: string;
  readonly grant: MachineGrant;
}

export type MachineGrant =
  /** RFC 6749 section 4.4; MCP extension oauth-client-credentials. */
  | { readonly type: 'client_credentials' }
  /** A token of the platform we run on, read for each request (RFC 7523 section 2.1; workload identity federation). */
  | { readonly type: 'jwt_bearer'; readonly assertion: () => Promise<string> }
  /** The company's identity provider vouches for the user (MCP extension enterprise-managed-authorization). */
  | { readonly type: 'enterprise'; readonly identity: IdentityProvider };

export interface IdentityProvider {
  readonly tokenUrl: URL;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly idToken: () => Promise<string>;
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export function obtainForMachine(client: MachineClient, now: () => number): Obtain {
  return async (seen, need, current) => {
    // Whoever set this connection up named the address; it is no word of the tool server's.
    const outside = client.tokenUrl ? { ...seen, isLoopback: true, publicOnly: false } : seen;
    const place = await placeOf(outside, client, need.serverUrl, need.challenge);
    const scope = unionOfScopes(client.scope, current?.requestedScope, need.challenge.scope);
    const endpoint = {
      url: place.tokenUrl,
      client: place.client,
      now,
      ...(place.dpopKey && { dpop: { key: place.dpopKey, nonces: new Map<string, string>() } }),
    };
    const ask = async () =>
      requestTokens(outside, endpoint, {
        ...(await grantParameters(outside, client, place, now)),
        scope,
        resource: place.resource,
      });
    const tokens = await ask().catch((error: unknown) => {
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

interface Place {
  readonly tokenUrl: URL;
  readonly client: OAuthClient;
  readonly resource: string;
  readonly dpopKey?: NonNullable<OAuthCredential['dpopKey']>;
}

async function placeOf(
  outside: Outside,
  client: MachineClient,
  serverUrl: URL,
  challenge: Parameters<typeof findAuthorizationServer>[2],
): Promise<Place> {
  const { clientId, clientSecret, secretMethod, privateKey, tokenUrl } = client;
  const authentication = (supported: readonly string[] | undefined) =>
    privateKey ?? authenticationFor(clientSecret, supported, secretMethod);
  if (tokenUrl) {
    return {
      tokenUrl: parseEndpoint(tokenUrl.href, 'token URL', outside),
      client: { issuer: client.given?.issuer ?? '', clientId, authentication: authentication(undefined) },
      resource: canonical(serverUrl),
    };
  }
  const guarded = await findAuthorizationServer(outside, serverUrl, challenge, client.given);
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
  now: () => number,
): Promise<Record<string, string | undefined>> {
  switch (grant.type) {
    case 'client_credentials':
      return { grant_type: 'client_credentials' };
    case 'jwt_bearer':
      return { grant_type: JWT_BEARER, assertion: await grant.assertion() };
    case 'enterprise':
      return {
        grant_type: JWT_BEARER,
        assertion: await exchangeIdentity(outside, grant.identity, place, now),
      };
  }
}

/** An identity token for a grant that only this authorization server takes, for this tool server (RFC 8693, ID-JAG). */
async function exchangeIdentity(
  outside: Outside,
  identity: IdentityProvider,
  place: Place,
  now: () => number,
): Promise<string> {
  const { tokenUrl: url, clientId, clientSecret } = identity;
  const client = {
    issuer: url.origin,
    clientId,
    authentication: authenticationFor(clientSecret, ['client_secret_post']),
  };
  const answer = await post(
    outside,
    { url, client, now },
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: await identity.idToken(),
      audience: place.client.issuer === '' ? place.tokenUrl.origin : place.client.issuer,
      resource: place.resource,
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

function withoutRefresh(tokens: OAuthCredential['tokens']): OAuthCredential['tokens'] {
  const { refreshToken: _unused, ...rest } = tokens;
  return rest;
}

/** The server's address as a resource indicator: no fragment, no slash on a bare origin. */
function canonical(url: URL): string {
  return url.pathname === '/' && url.search === '' ? url.origin : url.origin + url.pathname;
}
