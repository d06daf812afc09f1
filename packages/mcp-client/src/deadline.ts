/** How long a request may take, milliseconds. */
export interface TimeLimits {
  /** Without an answer and without progress. */
  readonly idleMs: number;
  /** Whatever the server says meanwhile. */
  readonly totalMs: number;
}

/** The time of one request. Progress starts the idle limit anew; nothing moves the total one. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** The limit that was reached, in words. */
  readonly passed: string | undefined;
  touch(): void;
  /** The idle limit stands still while this side answers a question of the server. Returns the end of the pause. */
  pause(): () => void;
  clear(): void;
}

/** setTimeout fires at once for anything longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function openDeadline({ idleMs, totalMs }: TimeLimits): Deadline {
  const controller = new AbortController();
  let passed: string | undefined;
  let pauses = 0;
  const pass = (words: string): void => {
    passed = words;
    clear();
    controller.abort(new Error(words));
  };
  const startIdle = (): NodeJS.Timeout | undefined =>
    idleMs > LONGEST_TIMER_MS ? undefined : setTimeout(() => pass(`within ${idleMs} ms`), idleMs);
  const total =
    totalMs > LONGEST_TIMER_MS
      ? undefined
      : setTimeout(() => pass(`within ${totalMs} ms, the most that progress can win it`), totalMs);
  let idle = startIdle();
  const restart = (): void => {
    clearTimeout(idle);
    if (pauses === 0 && !controller.signal.aborted) idle = startIdle();
  };
  function clear(): void {
    clearTimeout(idle);
    clearTimeout(total);
  }
  return {
    signal: controller.signal,
    get passed() {
      return passed;
    },
    touch: restart,
    pause() {
      pauses += 1;
      clearTimeout(idle);
      return () => {
        pauses -= 1;
        restart();
      };
    },
    clear,
  };
}
