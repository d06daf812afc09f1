import type { BearerCheck } from '@tramontane/guards';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthInfo } from '../call-context.ts';
import { createOriginCheck, type OriginCheckOptions } from './origin-check.ts';

export interface Guard {
  /** An `onRequest` hook: before any of the body is read. */
  readonly check: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | void>;
  /** Who the request was let in as; nobody when the server asks for no credentials. */
  readonly authOf: (request: FastifyRequest) => AuthInfo | undefined;
}

/** Decides who is let in: by Host and Origin (403), then by credentials (401). */
export function createGuard(options: OriginCheckOptions & { readonly auth?: BearerCheck }): Guard {
  const { auth } = options;
  const checkOrigin = createOriginCheck(options);
  // Not a decoration of the request: that would be visible in the types and routes of the app around.
  const callers = new WeakMap<FastifyRequest, AuthInfo>();
  return {
    authOf: request => callers.get(request),
    check: async (request, reply) => {
      const refused = checkOrigin(request.headers.host, request.headers.origin);
      if (refused !== undefined) return reply.code(403).send({ detail: refused });
      if (auth === undefined) return;
      const verdict = auth(request.headers.authorization);
      if (verdict.ok) {
        callers.set(request, { fingerprint: verdict.fingerprint });
        return;
      }
      // RFC 6750 section 3.1: no error code when the caller gave no credentials.
      const challenge = verdict.reason === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"';
      const detail = verdict.reason === 'invalid' ? 'Invalid token' : 'Missing or malformed bearer token';
      return reply.code(401).header('www-authenticate', challenge).send({ detail });
    },
  };
}
