import type { Claimed, OnceStore } from './once-store.ts';

export interface MemoryOnceStoreOptions {
  /** Hours that a result is kept; 24 unless given. */
  readonly keepHours?: number;
  /** Keys at one time; 10,000 unless given. One more is refused: forgetting one could let a call run twice. */
  readonly maxKeys?: number;
}

interface Kept {
  readonly argumentsDigest: string;
  state: Exclude<Claimed, { readonly kind: 'mine' | 'other_arguments' }>;
  readonly settled: PromiseWithResolvers<void>;
  forgetAt: number;
}

/** In the memory of this process: what it keeps ends with it. */
export function createMemoryOnceStore(options: MemoryOnceStoreOptions = {}): OnceStore {
  const { keepHours = 24, maxKeys = 10_000 } = options;
  const keepMs = keepHours * 3_600_000;
  // In the order of claims, which is about the order in which they are forgotten.
  const kept = new Map<string, Kept>();
  const forgetOld = (now: number): void => {
    for (const [key, { forgetAt, state }] of kept) {
      if (state.kind !== 'running' && forgetAt <= now) kept.delete(key);
      else if (state.kind !== 'running') return;
    }
  };
  const end = async (key: string, state: Kept['state']): Promise<void> => {
    const found = kept.get(key);
    if (found === undefined) return;
    found.state = state;
    found.forgetAt = Date.now() + keepMs;
    found.settled.resolve();
  };
  return {
    claim: async (key, argumentsDigest) => {
      const now = Date.now();
      const found = kept.get(key);
      if (found !== undefined && (found.state.kind === 'running' || found.forgetAt > now)) {
        return found.argumentsDigest === argumentsDigest ? found.state : { kind: 'other_arguments' };
      }
      kept.delete(key);
      if (kept.size >= maxKeys) forgetOld(now);
      if (kept.size >= maxKeys)
        throw new Error(`${maxKeys} keys are kept, which is as many as there may be.`);
      const settled = Promise.withResolvers<void>();
      kept.set(key, { argumentsDigest, state: { kind: 'running' }, settled, forgetAt: Infinity });
      return { kind: 'mine' };
    },
    settle: (key, result) => end(key, { kind: 'done', result }),
    lose: key => end(key, { kind: 'lost' }),
    release: async key => {
      const found = kept.get(key);
      kept.delete(key);
      found?.settled.resolve();
    },
    changed: async (key, signal) => {
      const found = kept.get(key);
      if (found === undefined || signal.aborted) return;
      const aborted = Promise.withResolvers<void>();
      const abort = (): void => aborted.resolve();
      signal.addEventListener('abort', abort, { once: true });
      await Promise.race([found.settled.promise, aborted.promise]);
      signal.removeEventListener('abort', abort);
    },
  };
}
