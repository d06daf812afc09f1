import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '../tool-servers/http-listener.ts';
import type { AuthServer } from './open-auth-server.ts';

export interface GuardOptions {
  readonly authServer: Pick<AuthServer, 'issuer' | 'check'>;
  /** Path of the guarded endpoint. Default `/mcp`. */
  readonly path?: string;
  /** Scopes every request needs; the challenge names them. */
  readonly scopes?: readonly string[];
  /** Change the resource metadata before it is published. */
  readonly metadata?: (document: Record<string, unknown>) => Record<string, unknown>;
  /** What the challenge names as the place of the metadata; null leaves it out. */
  readonly metadataUrl?: string | null;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** A resource server's check of access tokens (RFC 9728, RFC 6750): false where it has answered itself. */
export function createGuard(
  options: GuardOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { authServer, path = '/mcp', scopes = [] } = options;
  return (request, response) => {
    const origin = `http://${request.headers.host}`;
    const { pathname } = new URL(request.url ?? '/', origin);
    if (pathname === WELL_KNOWN + path) {
      const document = {
        resource: origin + path,
        authorization_servers: [authServer.issuer],
        ...(scopes.length > 0 && { scopes_supported: scopes }),
      };
      sendJson(response, 200, options.metadata?.(document) ?? document);
      return false;
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const granted = token === undefined ? undefined : authServer.check(token, origin + path);
    const isEnough = scopes.every(scope => granted?.includes(scope));
    if (granted && isEnough) return true;
    const place = options.metadataUrl === undefined ? origin + WELL_KNOWN + path : options.metadataUrl;
    const parts = [
      ...(place === null ? [] : [`resource_metadata="${place}"`]),
      ...(scopes.length > 0 ? [`scope="${scopes.join(' ')}"`] : []),
      ...(granted ? ['error="insufficient_scope"'] : token === undefined ? [] : ['error="invalid_token"']),
    ];
    response.setHeader('www-authenticate', `Bearer ${parts.join(', ')}`);
    sendJson(response, granted ? 403 : 401, { error: granted ? 'insufficient_scope' : 'invalid_token' });
    return false;
  };
}
