import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthInfo } from '../call-context.ts';
import { createAdmission, type AdmissionOptions } from './admission.ts';

export interface Guard {
  /** An `onRequest` hook: before any of the body is read. */
  readonly check: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | void>;
  /** Who the request was let in as; nobody when the server asks for no credentials. */
  readonly authOf: (request: FastifyRequest) => AuthInfo | undefined;
}

/** `createAdmission` as a hook of Fastify. */
export function createGuard(options: AdmissionOptions): Guard {
  const admit = createAdmission(options);
  // Not a decoration of the request: that would be visible in the types and routes of the app around.
  const callers = new WeakMap<FastifyRequest, AuthInfo>();
  return {
    authOf: request => callers.get(request),
    check: async (request, reply) => {
      const { host, origin, authorization } = request.headers;
      const admitted = admit({ host, origin, authorization });
      if (admitted.ok) {
        if (admitted.auth) callers.set(request, admitted.auth);
        return;
      }
      if (admitted.challenge !== undefined) reply.header('www-authenticate', admitted.challenge);
      return reply.code(admitted.status).send({ detail: admitted.detail });
    },
  };
}
