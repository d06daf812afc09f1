import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Guards } from '@tramontane/guards';
import { toErrorBody } from '@tramontane/wire';

/** What browsers have to know, on every answer: of what they must not do with it, and of pages that may read it. */
export function addBrowserHeaders(app: FastifyInstance, guards: Guards): void {
  app.addHook('onRequest', async (request, reply) => tellBrowsers(request, reply, guards));
}

/** Before anything else is said; what a page of ours says of itself takes its place. */
export function tellBrowsers(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { cors, headers: always = {} }: Pick<Guards, 'cors' | 'headers'>,
): void {
  reply.headers({ ...always, ...cors?.toHeaders(headers.origin) });
}

/** Answers OPTIONS, which carries no credentials: with the methods, and to a page with what it may send. */
export function answerOptions(
  request: FastifyRequest,
  reply: FastifyReply,
  allow: string,
  { cors }: Pick<Guards, 'cors'>,
): FastifyReply {
  reply.header('allow', allow);
  if (!cors || request.headers['access-control-request-method'] === undefined) return reply.code(204).send();
  const preflight = cors.toPreflight(name => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  });
  if (preflight) return reply.code(204).headers(preflight).send();
  const message =
    'Pages of this origin may not send such a request here. TRAMONTANE_CORS_ORIGINS names those that may.';
  return reply.code(403).send(toErrorBody({ status: 403, type: 'forbidden', message }));
}
