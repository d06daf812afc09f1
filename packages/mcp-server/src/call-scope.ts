/** How a limited piece of work ended. */
export type Ending<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'aborted' };

/** Gives the work its signal; the AbortController behind it is only made when somebody asks. */
export interface CallScope {
  readonly signal: AbortSignal;
}

/**
 * Runs `work` until it is done, `timeoutMs` has passed, or `parent` aborts, whichever comes first. In the last two
 * cases `scope.signal` aborts, and the answer does not wait for work that ignores it.
 *
 * @throws what `work` throws, if it does so in time.
 */
export async function runWithin<Value>(
  timeoutMs: number,
  parent: AbortSignal,
  work: (scope: CallScope) => Promise<Value>,
): Promise<Ending<Value>> {
  if (parent.aborted) return { kind: 'aborted' };
  let controller: AbortController | undefined;
  let stopped: DOMException | undefined;
  const scope: CallScope = {
    get signal() {
      if (controller === undefined) {
        controller = new AbortController();
        if (stopped) controller.abort(stopped);
      }
      return controller.signal;
    },
  };
  const { promise, resolve } = Promise.withResolvers<Ending<Value>>();
  const stop = (ending: Ending<Value>, reason: DOMException): void => {
    stopped = reason;
    // First the ending: work that fails because of the signal must not win the race.
    resolve(ending);
    controller?.abort(reason);
  };
  const onAbort = (): void =>
    stop({ kind: 'aborted' }, new DOMException('The caller went away, or the server stops.', 'AbortError'));
  const timer = setTimeout(
    () => stop({ kind: 'timed_out' }, new DOMException(`Stopped after ${timeoutMs} ms.`, 'TimeoutError')),
    timeoutMs,
  );
  parent.addEventListener('abort', onAbort);
  try {
    // The race keeps a handler on the work's promise, so a failure after the end is not an unhandled rejection.
    return await Promise.race([promise, work(scope).then(value => ({ kind: 'done', value }) as const)]);
  } finally {
    clearTimeout(timer);
    parent.removeEventListener('abort', onAbort);
  }
}
