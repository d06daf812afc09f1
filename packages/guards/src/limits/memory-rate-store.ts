import type { Rate } from './rate.ts';
import type { RateCounter, RateStore } from './rate-store.ts';

/** Callers without credentials choose their key by their address, and some have very many of these. */
const MOST_KEYS = 100_000;

/**
 * Counts in this process. Keys whose time is over are forgotten as others come.
 * @param mostKeys Of one counter; above twice as many, those that did not come lately are forgotten.
 */
export function createMemoryRateStore(
  now: () => number = monotonicMs,
  mostKeys: number = MOST_KEYS,
): RateStore {
  return { createCounter: (_name, rate) => createMemoryCounter(rate, now, mostKeys) };
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
function createMemoryCounter({ amount, seconds }: Rate, now: () => number, mostKeys: number): RateCounter {
  const lengthMs = seconds * 1000;
  // What began before the last turn has ended by the next one, so all of it is let go at once, without a look at each.
  // Turns come early when there are too many keys: what is let go then only begins anew.
  let newer = new Map<string, Window>();
  let older = newer;
  let turnAt = 0;
  const windowOf = (key: string, time: number): Window => {
    if (time >= turnAt || newer.size >= mostKeys) {
      older = newer;
      newer = new Map();
      turnAt = time + lengthMs;
    }
    const found = newer.get(key);
    if (found !== undefined && found.ends > time) return found;
    // Taken over, so that who goes on coming is known through turns that come early.
    const before = older.get(key);
    const window = before !== undefined && before.ends > time ? before : { ends: time + lengthMs, taken: 0 };
    newer.set(key, window);
    return window;
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
