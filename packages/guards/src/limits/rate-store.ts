import type { MaybePromise } from '../maybe-promise.ts';
import type { Rate } from './rate.ts';

/** What one request took from a rate. */
export interface Taken {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Until all of the amount is there again. */
  readonly resetMs: number;
}

export interface RateCounter {
  /** Counts one for `key`. Never throws or rejects: where the count cannot be had, another place counts. */
  readonly take: (key: string) => MaybePromise<Taken>;
}

/** Where rates are counted. Counters of one name count together, in all processes that have the store in common. */
export interface RateStore {
  readonly createCounter: (name: string, rate: Rate) => RateCounter;
}
