import type { GuardRoute } from '../guard.ts';
import { GuardsError } from '../guards-error.ts';
import { readSafeUrl } from './safe-url.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/**
 * RFC 9728, section 1.2: https, without a fragment. Plain http only on this machine.
 *
 * @throws GuardsError `bad_option`
 */
export function parseResource(resource: string): URL {
  const url = readSafeUrl(resource);
  if (url?.hash === '' && url.search === '') return url;
  throw new GuardsError(
    'bad_option',
    `oauth.resource must be the https address of this server, as in https://mcp.example.com/mcp, not ${JSON.stringify(resource)}.`,
  );
}

/** The document that tells clients who gives out tokens, and its place: before the path of the resource (section 3.1). */
export function createResourceMetadata(
  resource: URL,
  about: { readonly issuer: string; readonly scopes: readonly string[]; readonly name: string | undefined },
): { readonly url: string; readonly route: GuardRoute } {
  const path = `${WELL_KNOWN}${resource.pathname === '/' ? '' : resource.pathname}`;
  const { issuer, name } = about;
  // Whether a client gets refresh tokens is between it and the issuer; the resource does not ask for it.
  const scopes = about.scopes.filter(scope => scope !== 'offline_access');
  const body = JSON.stringify({
    resource: resource.pathname === '/' ? resource.origin : resource.href,
    authorization_servers: [issuer],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    ...(name !== undefined && { resource_name: name }),
  });
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'public, max-age=3600',
    // It holds nothing but what everybody may know, and clients in browsers need it before they have a token.
    'access-control-allow-origin': '*',
  };
  return {
    url: `${resource.origin}${path}`,
    route: { path, open: true, answer: () => ({ status: 200, headers, body }) },
  };
}
