import type { MaybePromise } from './maybe-promise.ts';

/** How a limited piece of work ended. */
export type Ending<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'aborted' };

/** Gives the work its signal; the AbortController behind it is only made when somebody asks. */
export interface CallScope {
  readonly signal: AbortSignal;
  /** Waits for somebody else, which has a limit of its own; that time is not counted. */
  readonly waiting: <Value>(wait: Promise<Value>) => Promise<Value>;
}

/** Who the work is for. */
export interface Caller {
  /** Aborts when nobody waits for the work any more. */
  readonly signal: AbortSignal;
  /** Whether it has; where it can be told without the signal, which may be made only when it is first asked for. */
  readonly aborted?: boolean;
}

/**
 * Runs `work` until it is done, `timeoutMs` has passed, or the caller aborts, whichever comes first. In the last two
 * cases `scope.signal` aborts, and the answer does not wait for work that ignores it.
 *
 * @throws what `work` throws, if it does so in time.
 */
export function runWithin<Value>(
  timeoutMs: number,
  caller: Caller,
  work: (scope: CallScope) => MaybePromise<Value>,
): MaybePromise<Ending<Value>> {
  if (caller.aborted ?? caller.signal.aborted) return { kind: 'aborted' };
  const scope = new LazyScope();
  const working = work(scope);
  // What is done already can be stopped by nobody, so it costs neither a timer nor a listener.
  return working instanceof Promise
    ? limit(working, scope, timeoutMs, caller.signal)
    : { kind: 'done', value: working };
}

class LazyScope implements CallScope {
  #controller: AbortController | undefined;
  #stopped: DOMException | undefined;
  #waits = 0;
  #left = 0;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #onTimeout: (() => void) | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#stopped) this.#controller.abort(this.#stopped);
    }
    return this.#controller.signal;
  }

  async waiting<Value>(wait: Promise<Value>): Promise<Value> {
    if ((this.#waits += 1) === 1) this.#pause();
    try {
      return await wait;
    } finally {
      if ((this.#waits -= 1) === 0) this.#run();
    }
  }

  /** Calls `onTimeout` when the work has taken `timeoutMs` of its own. */
  limit(timeoutMs: number, onTimeout: () => void): void {
    this.#left = timeoutMs;
    this.#onTimeout = onTimeout;
    if (this.#waits === 0) this.#run();
  }

  /** No time limit from now on. */
  settle(): void {
    this.#pause();
    this.#onTimeout = undefined;
  }

  #run(): void {
    if (this.#onTimeout === undefined) return;
    this.#since = performance.now();
    this.#timer = setTimeout(this.#onTimeout, this.#left);
  }

  #pause(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left = Math.max(0, this.#left - (performance.now() - this.#since));
  }

  stop(reason: DOMException): void {
    this.#stopped = reason;
    this.#controller?.abort(reason);
  }
}

function limit<Value>(
  working: Promise<Value>,
  scope: LazyScope,
  timeoutMs: number,
  parent: AbortSignal,
): Promise<Ending<Value>> {
  const { promise, resolve, reject } = Promise.withResolvers<Ending<Value>>();
  const settle = (): void => {
    scope.settle();
    parent.removeEventListener('abort', onAbort);
  };
  const stop = (ending: Ending<Value>, reason: DOMException): void => {
    settle();
    // First the ending: work that fails because of the signal must not win the race.
    resolve(ending);
    scope.stop(reason);
  };
  const onAbort = (): void =>
    stop({ kind: 'aborted' }, new DOMException('The caller went away, or the server stops.', 'AbortError'));
  scope.limit(timeoutMs, () =>
    stop({ kind: 'timed_out' }, new DOMException(`Stopped after ${timeoutMs} ms.`, 'TimeoutError')),
  );
  parent.addEventListener('abort', onAbort);
  // The work itself may have brought it about before it waited for the first time.
  if (parent.aborted) onAbort();
  // Also after the end somebody listens to the work, so that a late failure is not an unhandled rejection.
  working.then(
    value => {
      settle();
      resolve({ kind: 'done', value });
    },
    (error: unknown) => {
      settle();
      reject(error);
    },
  );
  return promise;
}
