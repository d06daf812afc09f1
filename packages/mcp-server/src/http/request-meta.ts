import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthInfo } from '../call-context.ts';
import type { RequestMeta } from '../call-tool.ts';

export type ToMeta = (request: FastifyRequest, reply: FastifyReply) => RequestMeta;

/** Only a plain id is taken from a caller: it goes into log lines. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

export function createRequestMeta(
  request: FastifyRequest,
  reply: FastifyReply,
  auth: AuthInfo | undefined,
  stop: AbortSignal | undefined,
): RequestMeta {
  const given = request.headers['x-request-id'];
  return {
    signal: toSignal(reply, stop),
    requestId: typeof given === 'string' && REQUEST_ID.test(given) ? given : request.id,
    header: name => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    ...(auth && { auth }),
  };
}

/** Aborts when the connection closes before the answer is out, or when the server stops. */
function toSignal(reply: FastifyReply, stop: AbortSignal | undefined): AbortSignal {
  if (stop?.aborted) return stop;
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  stop?.addEventListener('abort', abort);
  reply.raw.once('close', () => {
    stop?.removeEventListener('abort', abort);
    if (!reply.raw.writableFinished) abort();
  });
  return controller.signal;
}
