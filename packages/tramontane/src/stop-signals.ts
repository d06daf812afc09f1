/** One Ctrl-C can arrive twice: from the terminal, and from npm, which passes on what it got itself. */
const SAME_KEY_PRESS_MS = 300;

/** What the signals of this process asked for so far. */
export interface StopSignals {
  /** Resolves with the first signal's name. */
  readonly first: Promise<NodeJS.Signals>;
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  close(): void;
}

/** Listens for SIGINT, SIGTERM and SIGHUP. The first asks to stop; a second one calls `atOnce`. */
export function openStopSignals(atOnce: () => void): StopSignals {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const stopping = new AbortController();
  const { promise: first, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let firstAt: number | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      stopping.abort();
      resolve(name);
    } else if (now - firstAt > SAME_KEY_PRESS_MS) {
      atOnce();
    }
  };
  for (const name of names) process.on(name, onSignal);
  return {
    first,
    signal: stopping.signal,
    close: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
