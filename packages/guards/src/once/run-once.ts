import { digest, digestJson } from './digest.ts';
import type { OnceStore } from './once-store.ts';

/** One piece of work that must not be done twice. */
export interface OnceWork {
  /** Whose key it is, and for what: the same key of another caller or another tool is another key. */
  readonly scope: readonly string[];
  readonly key: string;
  readonly arguments: unknown;
  /** Milliseconds to wait for the first to end. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** How the work ended that has the key. */
export type Work =
  | { readonly kind: 'done'; readonly result: string }
  /** It did not begin. */
  | { readonly kind: 'not_begun' }
  /** It was stopped, and may have had a part of its effect. */
  | { readonly kind: 'stopped' };

export type RanOnce =
  /** It ran now; the caller of `runOnce` knows how it ended. */
  | { readonly kind: 'ran' }
  /** It had run before, with this result. */
  | { readonly kind: 'kept'; readonly result: string }
  | { readonly kind: 'other_arguments' | 'lost' | 'still_running' };

/**
 * Does `work` unless it was done before under the same key; waits for one that is running.
 *
 * @throws what the store throws when the key cannot be claimed: nothing has run then. What it throws afterwards goes to
 * `onUnsettled`: the work is done, and who comes with the same key is told that its end is not known.
 */
export async function runOnce(
  store: OnceStore,
  { scope, key: given, arguments: args, waitMs, signal }: OnceWork,
  work: () => Promise<Work>,
  onUnsettled: (error: unknown) => void,
): Promise<RanOnce> {
  const key = digest(JSON.stringify([...scope, given]));
  const argumentsDigest = digestJson(args);
  const late = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  let claimed = await store.claim(key, argumentsDigest);
  while (claimed.kind === 'running') {
    await store.changed(key, late);
    if (late.aborted) return { kind: 'still_running' };
    claimed = await store.claim(key, argumentsDigest);
  }
  if (claimed.kind === 'done') return { kind: 'kept', result: claimed.result };
  if (claimed.kind !== 'mine') return claimed;
  let ended: Work = { kind: 'stopped' };
  try {
    ended = await work();
  } finally {
    await settle(store, key, ended).catch(onUnsettled);
  }
  return { kind: 'ran' };
}

function settle(store: OnceStore, key: string, ended: Work): Promise<void> {
  if (ended.kind === 'done') return store.settle(key, ended.result);
  return ended.kind === 'not_begun' ? store.release(key) : store.lose(key);
}
