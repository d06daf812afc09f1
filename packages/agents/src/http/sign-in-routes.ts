import type { FastifyInstance, FastifyReply } from 'fastify';
import { authUrlQuerySchema, type AuthUrl } from '@tramontane/wire';
import { ApiError } from '../core/api-error.ts';
import type { ConnectorSignIn } from '../core/connector-sign-in.ts';
import { callerOf, goneSignal } from './caller.ts';
import { read } from './errors.ts';
import { tellFacts } from './request-facts.ts';
import { PAGE_POLICY, renderSignInPage } from './sign-in-page.ts';

/** Where browsers come back to after a person signed in; exactly this is the redirect URI. */
export const CALLBACK_PATH = '/oauth/callback';
/** Our client id metadata document: its address is our client id where authorization servers take one. */
export const CLIENT_METADATA_PATH = '/oauth/client-metadata.json';

export interface SignInRoutes {
  readonly signIn: ConnectorSignIn;
  readonly clientMetadata: () => Readonly<Record<string, unknown>>;
}

/** `GET /v1/connectors/{connector}/auth_url`, and the two public paths that OAuth needs. */
export function addSignInRoutes(app: FastifyInstance, { signIn, clientMetadata }: SignInRoutes): void {
  app.get<{ Params: { id: string } }>('/v1/connectors/:id/auth_url', async (request, reply) => {
    const query = read(authUrlQuerySchema, request.query, 'query');
    if (query.method_type !== 'oauth2') {
      const message = `There is no address to sign in with ${query.method_type}; only oauth2 has one.`;
      throw new ApiError('not_supported', message, { param: 'method_type' });
    }
    if (query.github_installation_link) {
      const message = 'Links to install a GitHub app are not supported. Leave github_installation_link out.';
      throw new ApiError('not_supported', message, { param: 'github_installation_link' });
    }
    const { url, ttlSeconds } = await signIn.begin(callerOf(request), request.params.id, {
      ...(query.app_return_url !== undefined && { returnUrl: query.app_return_url }),
      ...(query.credentials_name !== undefined && { name: query.credentials_name }),
      ...(query.credentials_title !== undefined && { title: query.credentials_title }),
      signal: goneSignal(reply),
    });
    return { auth_url: url, ttl: ttlSeconds } satisfies AuthUrl;
  });

  // Quiet: the line that the log writes for a request would hold the code.
  app.get(CALLBACK_PATH, { logLevel: 'warn' }, async (request, reply) => {
    const answer = new URL(request.url, 'http://local').searchParams;
    const outcome = await signIn.finish(answer, goneSignal(reply));
    if (outcome.signIn) {
      const { caller: signedIn, connectorId, name: credentialsName } = outcome.signIn;
      tellFacts(request, { signedIn, connectorId, credentialsName });
    }
    secured(reply);
    if (outcome.kind === 'done' && outcome.returnUrl !== undefined) return reply.redirect(outcome.returnUrl);
    return reply
      .code(outcome.kind === 'done' ? 200 : 400)
      .type('text/html; charset=utf-8')
      .send(renderSignInPage(outcome));
  });

  app.get(CLIENT_METADATA_PATH, async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=3600').type('application/json');
    return clientMetadata();
  });
}

/** The address of the page holds a code: it is kept from caches, referrers and frames. */
function secured(reply: FastifyReply): void {
  reply
    .header('content-security-policy', PAGE_POLICY)
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('x-frame-options', 'DENY');
}
