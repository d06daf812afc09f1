import { setTimeout as delay } from 'node:timers/promises';
import type { CallFailed, CallOutcome, Guard, GuardedCall, RunCall } from '../guard.ts';
import { toCallerKey } from '../limits/caller-key.ts';
import type { Log } from '../log.ts';
import { createMemoryOnceStore } from './memory-once-store.ts';
import type { OnceStore } from './once-store.ts';
import { runOnce, type RanOnce, type Work } from './run-once.ts';

export interface OnceOptions {
  /** The memory of this process unless given; `openPostgresOnceStore` for several processes, and for after a crash. */
  readonly store?: OnceStore;
  /** Milliseconds that a repeated call waits for the first one; 30,000 unless given. */
  readonly waitMs?: number;
  readonly log: Log;
}

const WAIT_MS = 30_000;
/** How long `close` waits for calls that run under a key, in milliseconds. */
const CLOSE_MS = 10_000;
/** A key is what a caller makes up. */
const MOST_KEY = 255;
/** Characters of a result that is kept; of a longer one only that there was one. */
const MOST_RESULT = 1024 * 1024;
/** Failures before the handler: nothing has happened, so the key is free again. */
const NOT_BEGUN = new Set(['unknown', 'invalid_arguments', 'refused', 'capability_missing']);

/**
 * A call with an idempotency key runs once: the same key and arguments give the first result again, also while the first
 * is running; other arguments are refused. For every tool that is not declared read-only. A key belongs to its caller and
 * its tool, and is kept as long as its result. Such a call goes on when its caller goes away or cancels it: whoever comes
 * back with the key has its result. Its time limit stops it, and `close`, which waits ten seconds first.
 */
export function createOnce({ store = createMemoryOnceStore(), waitMs = WAIT_MS, log }: OnceOptions): Guard {
  const stop = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    call: (call, next) => {
      const { idempotencyKey: key, tool } = call;
      if (key === undefined || tool === undefined || tool.annotations?.readOnlyHint === true) return next();
      if (key.length > MOST_KEY) {
        return refuse(
          'key_too_long',
          `An idempotency key has ${MOST_KEY} characters at most, this one ${key.length}.`,
        );
      }
      const guarded = guardOnce(call, key, next).finally(() => running.delete(guarded));
      running.add(guarded);
      return guarded;
    },
    close: async () => {
      const late = new AbortController();
      await Promise.race([
        Promise.all(running),
        delay(CLOSE_MS, undefined, { signal: late.signal }).catch(() => {}),
      ]);
      late.abort();
      // What is left hears that it has to stop; its keys are kept as lost.
      stop.abort();
      await Promise.all(running);
      await store.close?.();
    },
  };

  async function guardOnce(call: GuardedCall, key: string, next: RunCall): Promise<CallOutcome> {
    const { name, args, caller, address, requestId } = call;
    const signal = AbortSignal.any([call.signal, stop.signal]);
    const fields = { request_id: requestId, tool_name: name };
    const work = { scope: [toCallerKey(caller, address), name], key, arguments: args, waitMs, signal };
    let outcome: CallOutcome | undefined;
    let ran: RanOnce;
    try {
      ran = await runOnce(
        store,
        work,
        async () => toWork((outcome = await next(stop.signal))),
        error => log.warn({ ...fields, err: error }, 'The result of a call could not be kept under its key.'),
      );
    } catch (error) {
      log.warn({ ...fields, err: error }, 'An idempotency key could not be looked up.');
      return refuse(
        'unavailable',
        'Idempotency keys cannot be looked up now, so the call was not run. Try again with the same key.',
      );
    }
    return outcome ?? answer(name, ran);
  }
}

function toWork(outcome: CallOutcome): Work {
  if (outcome.kind === 'input_needed') return { kind: 'not_begun' };
  if (outcome.kind === 'failed') {
    if (NOT_BEGUN.has(outcome.failure)) return { kind: 'not_begun' };
    if (outcome.failure === 'aborted') return { kind: 'stopped' };
  }
  const json = JSON.stringify(outcome);
  if (json.length <= MOST_RESULT) return { kind: 'done', result: json };
  const message = `The call has run, and its result of ${json.length} characters was too long to be kept.`;
  return { kind: 'done', result: JSON.stringify({ kind: 'failed', failure: 'refused', message }) };
}

function answer(name: string, ran: RanOnce): CallOutcome {
  const tool = `tool ${JSON.stringify(name)}`;
  switch (ran.kind) {
    case 'kept':
      return JSON.parse(ran.result) as CallOutcome;
    case 'other_arguments':
      return refuse(
        ran.kind,
        `This idempotency key was used for a call of ${tool} with other arguments. A new call needs a new key.`,
      );
    case 'still_running':
      return refuse(
        ran.kind,
        `The first call of ${tool} with this key is still running. Ask again with the same key.`,
      );
    case 'lost':
    case 'ran':
      return refuse(
        'lost',
        `A call of ${tool} with this key was begun and broke off: it may have had its effect, so it was not run again. ` +
          'Find out what happened, then use a new key.',
      );
  }
}

function refuse(why: string, message: string): CallFailed {
  return { kind: 'failed', failure: 'refused', message, meta: { 'io.tramontane/once': why } };
}
