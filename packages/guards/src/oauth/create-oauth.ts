import type { Auth, AuthVerdict } from '../auth.ts';
import { readBearer } from '../bearer-auth.ts';
import { missingScopes } from '../caller.ts';
import { GuardsError } from '../guards-error.ts';
import { createIntrospection } from './introspect.ts';
import { createResourceMetadata, parseResource } from './resource-metadata.ts';
import { readSafeUrl } from './safe-url.ts';
import { toCaller, type Claims, type ImpliedScopes } from './to-caller.ts';
import { createTokenCache } from './token-cache.ts';
import { createJwtVerifier } from './verify-jwt.ts';

export interface OAuthOptions {
  /** This server as its clients know it, as in `https://mcp.example.com/mcp`: tokens have to be made for it. */
  readonly resource: string;
  /** Who gives out tokens, exactly as it calls itself (`iss`). */
  readonly issuer: string;
  /** Where the issuer's keys are, to check JWTs by. One of this and `introspection`. */
  readonly jwksUri?: string;
  /** Where the issuer tells about tokens, for tokens that are no JWT. */
  readonly introspection?: {
    readonly url: string;
    readonly clientId: string;
    readonly clientSecret: string;
  };
  /** Makes the requests to the issuer; the global `fetch` will do where its address comes from you. */
  readonly fetch: typeof globalThis.fetch;
  /** What tokens name as their audience, where it is not `resource`. */
  readonly audience?: string | readonly string[];
  /** What a token needs for anything at all here. */
  readonly requiredScopes?: readonly string[];
  /** What clients may ask for, in the metadata; `requiredScopes` unless given. Keep it small. */
  readonly supportedScopes?: readonly string[];
  /** Scopes that others include. */
  readonly impliedScopes?: ImpliedScopes;
  /** For people, in the metadata. */
  readonly name?: string;
}

const MOST_AT_ONCE = 100;

/**
 * An OAuth 2.1 resource server (MCP 2026-07-28, basic/authorization): takes access tokens of an issuer, made for this
 * server, and says in `/.well-known/oauth-protected-resource…` (RFC 9728) where to get one. A token is only looked at; it
 * is never passed on.
 *
 * ```ts
 * const auth = createOAuth({
 *   resource: 'https://mcp.example.com/mcp',
 *   issuer: 'https://auth.example.com',
 *   jwksUri: 'https://auth.example.com/.well-known/jwks.json',
 *   requiredScopes: ['mcp'],
 *   fetch,
 * });
 * ```
 *
 * @throws GuardsError `bad_option`
 */
export function createOAuth(options: OAuthOptions): Auth {
  const { issuer, introspection, jwksUri, fetch, requiredScopes = [], impliedScopes = {} } = options;
  const resource = parseResource(options.resource);
  const audience = [options.audience ?? options.resource].flat();
  const judge = (token: string, claims: Claims): AuthVerdict => {
    const caller = toCaller(issuer, token, claims, impliedScopes);
    if (caller === undefined) return { ok: false, reason: 'invalid' };
    return missingScopes(caller, requiredScopes).length > 0
      ? { ok: false, reason: 'insufficient_scope' }
      : { ok: true, caller };
  };
  if ((jwksUri === undefined) === (introspection === undefined)) {
    throw new GuardsError(
      'bad_option',
      'OAuth needs either "jwksUri" or "introspection" to check tokens by.',
    );
  }
  const shared = { issuer, audience, fetch, judge };
  const find =
    introspection === undefined
      ? createJwtVerifier({ ...shared, jwksUri: checkUrl('jwksUri', jwksUri) })
      : createIntrospection({
          ...shared,
          ...introspection,
          url: checkUrl('introspection.url', introspection.url),
        });
  const lookup = createTokenCache(find, MOST_AT_ONCE);
  const metadata = createResourceMetadata(resource, {
    issuer: checkUrl('issuer', issuer),
    scopes: options.supportedScopes ?? requiredScopes,
    name: options.name,
  });
  return {
    scheme: 'Bearer',
    credential: 'bearer token',
    parameters: [`resource_metadata="${metadata.url}"`],
    scopes: requiredScopes,
    routes: [metadata.route],
    check: header => {
      const token = readBearer(header);
      return typeof token === 'string' ? lookup(token) : token;
    },
  };
}

function checkUrl(option: string, url = ''): string {
  if (readSafeUrl(url)) return url;
  throw new GuardsError(
    'bad_option',
    `oauth.${option} must be an https address, not ${JSON.stringify(url)}.`,
  );
}
