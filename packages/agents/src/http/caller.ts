import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../core/caller.ts';

/** Keys from the environment belong to one user of one workspace. */
const DEFAULT_CALLER: Caller = { workspace: 'default', user: 'default' };

/** Who asks. The key was checked before any route is reached. */
export function callerOf(_request: FastifyRequest): Caller {
  return DEFAULT_CALLER;
}

/** Fires when the caller goes away before the answer is complete. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('The caller went away.'));
  });
  return gone.signal;
}
