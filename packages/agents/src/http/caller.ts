import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../core/caller.ts';
import type { KeyCheck, KeyHolder } from '../core/key-check.ts';

const HOLDER = 'keyHolder';

/** Must stand before any route: `identify` keeps with each request who asks. */
export function keepKeyHolders(app: FastifyInstance): void {
  app.decorateRequest(HOLDER, undefined);
}

/** Whether the request has a key that is accepted. From then on `callerOf` knows whose. */
export async function identify(request: FastifyRequest, keys: KeyCheck): Promise<boolean> {
  const holder = await keys(request.headers.authorization);
  if (holder) request.setDecorator(HOLDER, holder);
  return holder !== undefined;
}

/** Who asks. The key was checked before any route is reached. */
export function callerOf(request: FastifyRequest): Caller {
  const holder = request.getDecorator<KeyHolder | undefined>(HOLDER);
  if (!holder) throw new Error(`A route asks who calls, and ${request.url} needs no key.`);
  return holder.caller;
}

/** For logs: which key a request came with, without giving it away. */
export function keyFingerprintOf(request: FastifyRequest): string | undefined {
  return request.getDecorator<KeyHolder | undefined>(HOLDER)?.fingerprint;
}

/** Fires when the caller goes away before the answer is complete. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('The caller went away.'));
  });
  return gone.signal;
}
