import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '../tool-servers/http-listener.ts';
import type { DpopCheck, DpopVerdict } from './dpop-check.ts';
import type { AuthServer } from './open-auth-server.ts';

export interface GuardOptions {
  readonly authServer: Pick<AuthServer, 'issuer' | 'check' | 'boundTo'>;
  /** Path of the guarded endpoint. Default `/mcp`. */
  readonly path?: string;
  /** Scopes every request needs; the challenge names them. */
  readonly scopes?: readonly string[];
  /** Tokens count only with a proof of the key they are bound to (RFC 9449). */
  readonly dpop?: DpopCheck;
  /** Change the resource metadata before it is published. */
  readonly metadata?: (document: Record<string, unknown>) => Record<string, unknown>;
  /** What the challenge names as the place of the metadata; null leaves it out. */
  readonly metadataUrl?: string | null;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** A resource server's check of access tokens (RFC 9728, RFC 6750): false where it has answered itself. */
export function createGuard(
  options: GuardOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const { authServer, path = '/mcp', scopes = [], dpop } = options;
  return async (request, response) => {
    const origin = `http://${request.headers.host}`;
    const { pathname } = new URL(request.url ?? '/', origin);
    if (pathname === WELL_KNOWN + path) {
      const document = {
        resource: origin + path,
        authorization_servers: [authServer.issuer],
        ...(scopes.length > 0 && { scopes_supported: scopes }),
        ...(dpop && { dpop_bound_access_tokens_required: true }),
      };
      sendJson(response, 200, options.metadata?.(document) ?? document);
      return false;
    }
    const scheme = dpop ? 'DPoP' : 'Bearer';
    const token = new RegExp(`^${scheme} (.+)$`).exec(request.headers.authorization ?? '')?.[1];
    const verdict = token === undefined ? undefined : await dpop?.check(request, origin + pathname, token);
    const isBound =
      !dpop || (verdict?.kind === 'proven' && verdict.thumbprint === authServer.boundTo(token ?? ''));
    const granted = token === undefined || !isBound ? undefined : authServer.check(token, origin + path);
    if (dpop) response.setHeader('dpop-nonce', dpop.nonce);
    const isEnough = scopes.every(scope => granted?.includes(scope));
    if (granted && isEnough) return true;
    const place = options.metadataUrl === undefined ? origin + WELL_KNOWN + path : options.metadataUrl;
    const parts = [
      ...(place === null ? [] : [`resource_metadata="${place}"`]),
      ...(scopes.length > 0 ? [`scope="${scopes.join(' ')}"`] : []),
      ...(granted
        ? ['error="insufficient_scope"']
        : token === undefined
          ? []
          : [`error="${errorOf(verdict)}"`]),
    ];
    response.setHeader('www-authenticate', `${scheme} ${parts.join(', ')}`);
    sendJson(response, granted ? 403 : 401, { error: granted ? 'insufficient_scope' : 'invalid_token' });
    return false;
  };
}

function errorOf(verdict: DpopVerdict | undefined): string {
  if (verdict?.kind === 'nonce') return 'use_dpop_nonce';
  return verdict?.kind === 'wrong' ? 'invalid_dpop_proof' : 'invalid_token';
}
