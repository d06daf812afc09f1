import { z } from 'zod';
import { authorizationFailure } from './authorization-failure.ts';
import { parseEndpoint } from './endpoint-url.ts';
import { type Outside, request } from './outside.ts';

/** What an authorization server says of itself (RFC 8414, OpenID Connect Discovery). */
export interface ServerMetadata {
  readonly issuer: string;
  readonly authorizationEndpoint?: URL;
  readonly tokenEndpoint: URL;
  readonly registrationEndpoint?: URL;
  readonly scopesSupported: readonly string[];
  readonly codeChallengeMethods: readonly string[];
  /** Absent means what RFC 8414 says it means: `client_secret_basic`. */
  readonly tokenAuthMethods?: readonly string[];
  readonly dpopAlgorithms: readonly string[];
  /** It puts its own name into every authorization response (RFC 9207). */
  readonly sendsIssuer: boolean;
  readonly takesMetadataDocuments: boolean;
}

const texts = z.array(z.string()).nullish();
const documentSchema = z.looseObject({
  issuer: z.string(),
  token_endpoint: z.string(),
  authorization_endpoint: z.string().nullish(),
  registration_endpoint: z.string().nullish(),
  scopes_supported: texts,
  code_challenge_methods_supported: texts,
  token_endpoint_auth_methods_supported: texts,
  dpop_signing_alg_values_supported: texts,
  authorization_response_iss_parameter_supported: z.boolean().nullish(),
  client_id_metadata_document_supported: z.boolean().nullish(),
});

/**
 * The metadata of the issuer, from the three places it may stand in (MCP 2026-07-28, authorization server metadata
 * discovery). Metadata that names another issuer is refused, not passed over: it stands where the issuer's own
 * belongs (RFC 8414 section 3.3).
 * @throws ConnectionError
 */
export async function readServerMetadata(outside: Outside, issuer: string): Promise<ServerMetadata> {
  const { server } = outside;
  const base = parseEndpoint(issuer, 'issuer', outside);
  for (const url of wellKnownUrls(base)) {
    const { status, body } = await request(outside, url, 'authorization server metadata', {
      headers: { accept: 'application/json' },
    });
    if (status === 200 && body !== undefined) return toServerMetadata(body, issuer, outside);
    if (status >= 500) {
      const message = `The authorization server of ${server} at ${base.origin} answered HTTP ${status} for its metadata.`;
      throw authorizationFailure('no_metadata', server, message);
    }
  }
  const message = `The authorization server of ${server} at ${base.origin} publishes no metadata, so it cannot be used.`;
  throw authorizationFailure('no_metadata', server, message);
}

/** The same from a document the operator gave, which is then not looked for. @throws ConnectionError */
export function toServerMetadata(body: unknown, issuer: string, outside: Outside): ServerMetadata {
  const { server } = outside;
  const parsed = documentSchema.safeParse(body);
  if (!parsed.success) {
    const message = `The metadata of the authorization server of ${server} lacks issuer or token_endpoint.`;
    throw authorizationFailure('bad_metadata', server, message);
  }
  const { data } = parsed;
  if (data.issuer !== issuer) {
    const message = `The metadata of the authorization server of ${server} names another issuer than the one that was asked for; it is not used.`;
    throw authorizationFailure('issuer_mismatch', server, message);
  }
  const optional = (text: string | null | undefined, what: string) =>
    text === null || text === undefined ? undefined : parseEndpoint(text, what, outside);
  const authorizationEndpoint = optional(data.authorization_endpoint, 'authorization endpoint');
  const registrationEndpoint = optional(data.registration_endpoint, 'registration endpoint');
  return {
    issuer,
    tokenEndpoint: parseEndpoint(data.token_endpoint, 'token endpoint', outside),
    ...(authorizationEndpoint && { authorizationEndpoint }),
    ...(registrationEndpoint && { registrationEndpoint }),
    scopesSupported: data.scopes_supported ?? [],
    codeChallengeMethods: data.code_challenge_methods_supported ?? [],
    ...(data.token_endpoint_auth_methods_supported && {
      tokenAuthMethods: data.token_endpoint_auth_methods_supported,
    }),
    dpopAlgorithms: data.dpop_signing_alg_values_supported ?? [],
    sendsIssuer: data.authorization_response_iss_parameter_supported === true,
    takesMetadataDocuments: data.client_id_metadata_document_supported === true,
  };
}

function wellKnownUrls(issuer: URL): URL[] {
  const path = issuer.pathname.replace(/\/+$/, '');
  const paths = [
    `/.well-known/oauth-authorization-server${path}`,
    `/.well-known/openid-configuration${path}`,
  ];
  if (path !== '') paths.push(`${path}/.well-known/openid-configuration`);
  return paths.map(pathname => new URL(pathname, issuer.origin));
}
