import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Auth, Caller as GuardedCaller } from '@tramontane/guards';
import type { Caller } from '../core/caller.ts';
import type { KeyCheck, KeyHolder } from '../core/key-check.ts';

const HOLDER = 'keyHolder';

/** Must stand before any route: `identify` keeps with each request who asks. */
export function keepKeyHolders(app: FastifyInstance): void {
  app.decorateRequest(HOLDER, undefined);
}

const holders = new WeakMap<GuardedCaller, KeyHolder>();

/** API keys as the guards' way to find out who calls. */
export function createKeyAuth(keys: KeyCheck): Auth {
  return {
    scheme: 'Bearer',
    credential: 'bearer token',
    check: async header => {
      const authorization = header('authorization');
      const holder = await keys(authorization);
      if (holder === undefined) return { ok: false, reason: authorization ? 'invalid' : 'missing' };
      const { caller, fingerprint } = holder;
      // With the key in it: rates are counted for each.
      const known = { subject: `${caller.workspace}/${caller.user}/${fingerprint}`, fingerprint };
      holders.set(known, holder);
      return { ok: true, caller: known };
    },
  };
}

/** From then on `callerOf` knows whom the guards let in. */
export function identify(request: FastifyRequest, caller: GuardedCaller | undefined): void {
  const holder = caller && holderOf(caller);
  if (holder) request.setDecorator(HOLDER, holder);
}

/** The key by which the guards know a caller. */
export function holderOf(caller: GuardedCaller): KeyHolder | undefined {
  return holders.get(caller);
}

const scrapers = new WeakSet<FastifyRequest>();

/** It came with the token that reads metrics and nothing else. */
export function identifyScraper(request: FastifyRequest): void {
  scrapers.add(request);
}

export function isScraper(request: FastifyRequest): boolean {
  return scrapers.has(request);
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
