/** One Ctrl-C can arrive twice: from the terminal, and from npm, which passes on what it got itself. */
const SAME_KEY_PRESS_MS = 300;

/** What this process was asked for so far. */
export interface StopSignals {
  /** Resolves when the stop is asked for. */
  readonly first: Promise<void>;
  /** Aborted at the same moment. */
  readonly signal: AbortSignal;
  /** Asks to stop, as the first signal does. */
  stop(): void;
  close(): void;
}

/**
 * Listens for SIGINT, SIGTERM and SIGHUP. The first asks to stop. A SIGINT after it calls `atOnce`: that is a person who
 * presses Ctrl-C again. The others also come without anybody in a hurry, when a terminal closes and one process after
 * the other goes.
 */
export function openStopSignals(atOnce: () => void): StopSignals {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const stopping = new AbortController();
  const { promise: first, resolve } = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  const stop = (): void => {
    firstAt ??= performance.now();
    stopping.abort();
    resolve();
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (firstAt === undefined) stop();
    else if (name === 'SIGINT' && performance.now() - firstAt > SAME_KEY_PRESS_MS) atOnce();
  };
  for (const name of names) process.on(name, onSignal);
  return {
    first,
    signal: stopping.signal,
    stop,
    close: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
