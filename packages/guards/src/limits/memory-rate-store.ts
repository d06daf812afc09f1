import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
// By its path: the package's index loads the drivers of every database it knows, which costs a cold start 60 ms.
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import type { RateStore, Taken } from './rate-store.ts';

/** Counts in this process. A key is forgotten when its time is over. */
export function createMemoryRateStore(): RateStore {
  return {
    createCounter: (_name, { amount, seconds }) => {
      const limiter = new RateLimiterMemory({ points: amount, duration: seconds });
      return { take: key => take(limiter, key) };
    },
  };
}

/** @throws what the limiter's store throws; the memory throws nothing. */
export function take(limiter: RateLimiterAbstract, key: string): Promise<Taken> {
  return limiter.consume(key).then(
    taken => toTaken(taken, true),
    (refused: unknown) => {
      if (refused instanceof Error) throw refused;
      return toTaken(refused as RateLimiterRes, false);
    },
  );
}

function toTaken({ remainingPoints, msBeforeNext }: RateLimiterRes, allowed: boolean): Taken {
  return { allowed, remaining: remainingPoints, resetMs: Math.max(msBeforeNext, 0) };
}
