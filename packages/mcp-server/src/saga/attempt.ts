import { setTimeout as delay } from 'node:timers/promises';
import { StepRefusal } from './saga-error.ts';

export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string; readonly refused: boolean; readonly cause: unknown };

const LONGEST_WAIT_MS = 30_000;

/**
 * One attempt within its time. A step that does not heed its signal is left behind when the time is over: what it did is
 * unknown then. Stopping rejects with the signal's reason, so that nothing is written down as a failure.
 */
export async function attempt(
  work: (signal: AbortSignal) => unknown,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<Outcome> {
  const timeUp = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([stop, timeUp]);
  const cut = Promise.withResolvers<never>();
  const onAbort = (): void => cut.reject(signal.reason);
  cut.promise.catch(() => {});
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    stop.throwIfAborted();
    // JSON is what a later process reads; so this one sees nothing else.
    return { ok: true, value: toJsonValue(await Promise.race([work(signal), cut.promise])) };
  } catch (cause) {
    stop.throwIfAborted();
    if (timeUp.aborted)
      return { ok: false, error: `no answer within ${timeoutMs} ms`, refused: false, cause };
    const error = cause instanceof Error ? cause.message : String(cause);
    return { ok: false, error, refused: cause instanceof StepRefusal, cause };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** @throws TypeError for what JSON cannot carry. */
export function toJsonValue(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value) ?? 'null') as unknown);
}

/** Waits before attempt number `attempts + 1`: doubled each time, half of it by chance. */
export async function backOff(attempts: number, backoffMs: number, stop: AbortSignal): Promise<void> {
  const longest = Math.min(backoffMs * 2 ** (attempts - 1), LONGEST_WAIT_MS);
  await delay(longest * (0.5 + Math.random() / 2), undefined, { signal: stop });
}
