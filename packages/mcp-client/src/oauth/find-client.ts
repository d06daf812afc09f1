import { z } from 'zod';
import { authorizationFailure } from './authorization-failure.ts';
import { isLoopbackHost } from './endpoint-url.ts';
import { type OAuthClient, type RegisteredClient, authenticationFor } from './oauth-client.ts';
import { type Outside, request } from './outside.ts';
import type { ServerMetadata } from './server-metadata.ts';

/** What a client says of itself, and where answers come back to. */
export interface ClientDescription {
  readonly name: string;
  readonly redirectUri: string;
  /** https address at which our client id metadata document can be read from outside. */
  readonly metadataDocument?: string;
  readonly registered?: RegisteredClient;
}

/** Clients that were registered dynamically, by issuer and redirect URI. */
export interface Registrations {
  find(issuer: string, redirectUri: string): Promise<OAuthClient | undefined>;
  save(client: OAuthClient, redirectUri: string): Promise<void>;
  forget(client: OAuthClient, redirectUri: string): Promise<void>;
}

const registrationSchema = z.looseObject({
  client_id: z.string().min(1),
  client_secret: z.string().min(1).nullish(),
  client_secret_expires_at: z.number().nullish(),
  token_endpoint_auth_method: z.string().nullish(),
});

/**
 * Who we are to this authorization server: registered by hand, else by our metadata document, else registered
 * dynamically (MCP 2026-07-28, authorization, client registration approaches).
 * @throws ConnectionError
 */
export async function findClient(
  outside: Outside,
  metadata: ServerMetadata,
  description: ClientDescription,
  registrations: Registrations,
  now: number,
): Promise<OAuthClient> {
  const { issuer } = metadata;
  const { registered, metadataDocument, redirectUri } = description;
  if (registered) {
    if (registered.issuer !== undefined && registered.issuer !== issuer) {
      const message = `The client of this connection belongs to ${registered.issuer}, but ${outside.server} now names ${issuer}. Its secret is not shown there; register a client at ${issuer}.`;
      throw authorizationFailure('issuer_mismatch', outside.server, message);
    }
    const { clientId, clientSecret, method } = registered;
    return {
      issuer,
      clientId,
      authentication: authenticationFor(clientSecret, metadata.tokenAuthMethods, method),
    };
  }
  if (metadata.takesMetadataDocuments && metadataDocument?.startsWith('https://'))
    return { issuer, clientId: metadataDocument, authentication: { method: 'none' } };
  const known = await registrations.find(issuer, redirectUri);
  if (known && (known.secretExpiresAt === undefined || known.secretExpiresAt * 1000 > now)) return known;
  const client = await register(outside, metadata, description);
  await registrations.save(client, redirectUri);
  return client;
}

async function register(
  outside: Outside,
  metadata: ServerMetadata,
  description: ClientDescription,
): Promise<OAuthClient> {
  const { server } = outside;
  const { registrationEndpoint, issuer } = metadata;
  if (!registrationEndpoint) {
    const message = `The authorization server ${issuer} of ${server} registers no clients by itself. Register one there for ${description.redirectUri} and give its client_id to the connector.`;
    throw authorizationFailure('no_client', server, message);
  }
  const { status, body } = await request(outside, registrationEndpoint, 'registration endpoint', {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(clientMetadata(description, metadata.tokenAuthMethods)),
  });
  const parsed = registrationSchema.safeParse(body);
  if (status >= 300 || !parsed.success) {
    const said = errorTextOf(body);
    const message = `The authorization server ${issuer} of ${server} registered no client (HTTP ${status}${said}).`;
    throw authorizationFailure('registration_refused', server, message);
  }
  const { data } = parsed;
  return {
    issuer,
    clientId: data.client_id,
    authentication: authenticationFor(
      data.client_secret ?? undefined,
      metadata.tokenAuthMethods,
      data.token_endpoint_auth_method,
    ),
    // 0 means that it never ends (RFC 7591 section 3.2.1).
    ...(data.client_secret_expires_at && { secretExpiresAt: data.client_secret_expires_at }),
  };
}

/** The client's metadata: the body of a registration, and but for `client_id` our metadata document. */
export function clientMetadata(
  { name, redirectUri }: Pick<ClientDescription, 'name' | 'redirectUri'>,
  supportedMethods: readonly string[] | undefined,
): Record<string, unknown> {
  const methods = supportedMethods ?? ['client_secret_basic'];
  const order = ['client_secret_basic', 'client_secret_post', 'none'];
  return {
    client_name: name,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: order.find(method => methods.includes(method)) ?? 'none',
    // A loopback address is one of a program on somebody's machine (OpenID Connect Registration, section 2).
    application_type: isLoopbackHost(new URL(redirectUri).hostname) ? 'native' : 'web',
  };
}

/** `error` and `error_description` of an OAuth error answer, for a message; empty where there are none. */
export function errorTextOf(body: unknown): string {
  const parsed = z.object({ error: z.string(), error_description: z.string().nullish() }).safeParse(body);
  if (!parsed.success) return '';
  const { error, error_description: description } = parsed.data;
  const text = description ? `${error}: ${description}` : error;
  return `, ${text.replace(/\s+/g, ' ').slice(0, 200)}`;
}
