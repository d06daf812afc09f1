import { createMemoryRateStore, type RateStore } from '@tramontane/guards/limits';
import type { OnceStore } from '@tramontane/guards/once';
import type { TaskStore } from '../tasks/task-store.ts';
import type { Watchers } from '../tasks/watchers.ts';
import type { Channel } from './channel.ts';
import type { StoreMethods } from './kept-stores.ts';

/** Longer than the first process waits before it answers in any case. */
const CHANGED_LIMIT_MS = 40_000;

/** Rates in the first process; in this one's memory should that not answer, as a request has to go on. */
export function createRateProxy({ ask }: Channel<StoreMethods>): RateStore {
  const memory = createMemoryRateStore();
  return {
    createCounter: (name, rate) => {
      const own = memory.createCounter(name, rate);
      return { take: key => ask('takeRate', [name, rate, key]).catch(() => own.take(key)) };
    },
  };
}

export function createOnceProxy({ ask }: Channel<StoreMethods>): OnceStore {
  return {
    claim: (...args) => ask('claim', args),
    settle: (...args) => ask('settle', args),
    release: (...args) => ask('release', args),
    lose: (...args) => ask('lose', args),
    changed: async (key, signal) => {
      if (signal.aborted) return;
      const aborted = Promise.withResolvers<void>();
      const abort = (): void => aborted.resolve();
      signal.addEventListener('abort', abort, { once: true });
      await Promise.race([ask('claimChanged', [key], CHANGED_LIMIT_MS), aborted.promise]);
      signal.removeEventListener('abort', abort);
    },
  };
}

/** @param watchers are told of every task that changed, by the first process. */
export function createTaskProxy({ ask }: Channel<StoreMethods>, watchers: Watchers): TaskStore {
  return {
    create: (...args) => ask('createTask', args),
    get: (...args) => ask('getTask', args),
    replace: (...args) => ask('replaceTask', args),
    watch: watchers.add,
  };
}
