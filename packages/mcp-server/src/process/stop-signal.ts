const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Whether this process was told to stop. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Leaves further signals to whoever else listens. */
  readonly close: () => void;
}

/**
 * Aborts at the first SIGTERM or SIGINT. A second SIGINT, as of an impatient Ctrl-C, ends the process at once.
 *
 * @param atOnce before that.
 */
export function openStopSignal(atOnce: () => void = () => {}): StopSignal {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (!stop.signal.aborted) return stop.abort();
    // What a terminal sends twice is meant.
    if (name !== 'SIGINT') return;
    atOnce();
    process.exit(130);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: stop.signal,
    close: () => SIGNALS.forEach(name => process.off(name, onSignal)),
  };
}
