import type { Rate } from './rate.ts';
import type { RateCounter, RateStore } from './rate-store.ts';

/** Counts in this process. Keys whose time is over are forgotten as others come. */
export function createMemoryRateStore(now: () => number = monotonicMs): RateStore {
  return { createCounter: (_name, rate) => createMemoryCounter(rate, now) };
}

/** Whole ones; a clock that is set moves no window. */
function monotonicMs(): number {
  return Math.floor(performance.now());
}

interface Window {
  readonly ends: number;
  taken: number;
}

/**
 * Not the limiter in memory of rate-limiter-flexible: it answers by promises, and their turns cost a request more than
 * the counting. Windows are as those of its limiter in Redis: each begins with the first request of its key.
 */
function createMemoryCounter({ amount, seconds }: Rate, now: () => number): RateCounter {
  const lengthMs = seconds * 1000;
  // What began before the last turn has ended by the next one, so all of it is let go at once, without a look at each.
  let newer = new Map<string, Window>();
  let older = newer;
  let turnAt = 0;
  const windowOf = (key: string, time: number): Window => {
    if (time >= turnAt) {
      older = newer;
      newer = new Map();
      turnAt = time + lengthMs;
    }
    const found = newer.get(key) ?? older.get(key);
    if (found !== undefined && found.ends > time) return found;
    const begun = { ends: time + lengthMs, taken: 0 };
    newer.set(key, begun);
    return begun;
  };
  return {
    take: key => {
      const time = now();
      const window = windowOf(key, time);
      window.taken += 1;
      return {
        allowed: window.taken <= amount,
        remaining: Math.max(amount - window.taken, 0),
        resetMs: window.ends - time,
      };
    },
  };
}
