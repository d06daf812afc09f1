import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { digestJson } from '@tramontane/guards/once';
import { ApiError } from '../core/api-error.ts';
import type { Asked, RequestKey } from '../core/request-key.ts';
import { callerOf, goneSignal } from './caller.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    takesIdempotencyKey?: true;
  }
}

const HEADER = 'idempotency-key';
/** Characters: a key is what a caller makes up. */
const MOST_KEY = 255;
/** Of an endpoint, as it is told to who used its key twice. */
const MOST_ENDPOINT = 200;

/** Options of a route that takes `Idempotency-Key`. */
export const TAKES_KEY = { config: { takesIdempotencyKey: true } } as const;

/** A key that is not heeded would promise what nobody keeps. PUT and DELETE do the same twice as once. */
export function refuseUnheededKeys(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ method, headers, is404, routeOptions }) => {
    if (headers[HEADER] === undefined || is404 || (method !== 'POST' && method !== 'PATCH')) return;
    if (routeOptions.config.takesIdempotencyKey) return;
    throw new ApiError(
      'not_supported',
      `${method} ${routeOptions.url} takes no Idempotency-Key: leave the header out. Conversations and direct calls of tools take it.`,
    );
  });
}

/** Who asks and how long they stay, and the key of their request if it has one. */
export function askedBy(request: FastifyRequest, reply: FastifyReply): Asked {
  const key = readKey(request);
  return { signal: goneSignal(reply), ...(key && { key }) };
}

/** A request is the same when its method, path, query and body say the same. */
function readKey(request: FastifyRequest): RequestKey | undefined {
  const { headers, method, url, query, params, body, routeOptions } = request;
  const given = headers[HEADER];
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || given === '')
    throw new ApiError('invalid_request', 'The header Idempotency-Key is there and holds no key.');
  if (given.length > MOST_KEY) {
    throw new ApiError(
      'invalid_request',
      `An idempotency key has ${MOST_KEY} characters at most, this one ${given.length}.`,
    );
  }
  const { workspace, user } = callerOf(request);
  return {
    id: digestJson([workspace, user, given]),
    digest: digestJson([method, routeOptions.url, params, query, body ?? {}]),
    endpoint: `${method} ${url.split('?', 1)[0]?.slice(0, MOST_ENDPOINT)}`,
  };
}
