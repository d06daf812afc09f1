/** One piece of work that several callers wait for. */
export interface Flight<T> {
  /** Wait for the result. A caller that aborts leaves; the last one to leave aborts the work. */
  join(signal: AbortSignal): Promise<T>;
  /** Resolves when the work is over, well or not. */
  readonly landed: Promise<void>;
  /** True once the work was given up; a new caller needs a new flight. */
  readonly abandoned: boolean;
}

/** Start work now. It is aborted by `parent`, and when nobody waits for it any more. */
export function startFlight<T>(parent: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
  const controller = new AbortController();
  const result = work(AbortSignal.any([parent, controller.signal]));
  // Everybody may have left before it fails; that is no unhandled rejection.
  const landed = result.then(
    () => undefined,
    () => undefined,
  );
  let waiting = 0;
  return {
    landed,
    get abandoned() {
      return controller.signal.aborted;
    },
    join(signal) {
      return new Promise<T>((resolve, reject) => {
        const leave = (): void => {
          waiting -= 1;
          if (waiting === 0) controller.abort(signal.reason);
          reject(signal.reason as Error);
        };
        waiting += 1;
        if (signal.aborted) {
          leave();
          return;
        }
        signal.addEventListener('abort', leave, { once: true });
        result.then(resolve, reject).finally(() => {
          signal.removeEventListener('abort', leave);
          waiting -= 1;
        });
      });
    },
  };
}
