import type { Line } from './link.ts';

export interface KeepAliveOptions {
  readonly everyMs: number;
  readonly line: () => Line | undefined;
  /** One question on the line. Does not reject; what its failure means is acted on there. */
  readonly ping: (line: Line) => Promise<void>;
}

/**
 * Looks after connections that are quiet: a socket whose other end vanished without a word looks as sound as any, until
 * the next call has waited out its time limit. HTTP has nothing to look after.
 */
export function startKeepAlive({ everyMs, line, ping }: KeepAliveOptions): { stop(): void } {
  const timer = setInterval(() => {
    const current = line();
    if (current === undefined || current.uses > 0 || current.dialect.via === 'http') return;
    void ping(current);
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
