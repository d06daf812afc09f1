/** Limits of one model call, milliseconds. */
export interface WaitLimits {
  /** Until the first piece of the answer. The runtime's fetch gives up on its own after 300 s. */
  readonly firstByteMs: number;
  /** Between two pieces. */
  readonly idleMs: number;
  /** For all of it. */
  readonly totalMs: number;
}

export const DEFAULT_LIMITS: WaitLimits = { firstByteMs: 120_000, idleMs: 120_000, totalMs: 900_000 };

/** A limit that passed. */
export class WaitedTooLong extends Error {
  constructor(what: string, ms: number) {
    super(`${what} within ${ms >= 1000 ? `${Math.round(ms / 1000)} s` : `${ms} ms`}`);
    this.name = 'WaitedTooLong';
  }
}

export interface Watch extends Disposable {
  /** Fires when the caller stops, or when a limit passes. */
  readonly signal: AbortSignal;
  /** A piece arrived. */
  readonly heard: () => void;
  /** Waits for `work`, but no longer than the signal allows, also if `work` itself does not listen to it. */
  readonly race: <T>(work: PromiseLike<T>) => Promise<T>;
}

/** Watches over one model call: whatever the vendor does, the call ends. */
export function createWatch(caller: AbortSignal, limits: WaitLimits): Watch {
  const stop = new AbortController();
  const signal = AbortSignal.any([caller, stop.signal]);
  const after = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => stop.abort(new WaitedTooLong(what, ms)), ms);

  const total = after(limits.totalMs, 'did not finish');
  let silence = after(limits.firstByteMs, 'did not begin to answer');

  return {
    signal,
    heard: () => {
      clearTimeout(silence);
      silence = after(limits.idleMs, 'stopped in the middle of its answer and said nothing more');
    },
    race: async work => {
      signal.throwIfAborted();
      const { promise, reject } = Promise.withResolvers<never>();
      const onAbort = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await Promise.race([work, promise]);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    [Symbol.dispose]: () => {
      clearTimeout(total);
      clearTimeout(silence);
    },
  };
}
