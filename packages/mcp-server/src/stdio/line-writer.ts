import type { Writable } from 'node:stream';

/** Writes one message a line. */
export interface LineWriter {
  write(line: string): void;
  /** Resolves when everything is handed to the system, or can no longer be. */
  flush(): Promise<void>;
}

/** `output`'s own write, wherever it has been put. */
export type Write = (text: string, done?: () => void) => boolean;

export interface LineWriterOptions {
  readonly maxQueued: number;
  /** The other side reads more slowly than lines come; the stream says `drain` when it has caught up. */
  readonly onSlow: () => void;
  /** The other side does not read: more than `maxQueued` characters wait. */
  readonly onFull: () => void;
}

/**
 * Gathers the lines of one turn of the event loop into one write: with many answers at once that is most of the cost
 * of a pipe.
 */
export function createLineWriter(
  output: Writable,
  write: Write,
  { maxQueued, onSlow, onFull }: LineWriterOptions,
): LineWriter {
  let lines: string[] = [];
  let scheduled = false;
  const flushNow = (): void => {
    scheduled = false;
    if (lines.length === 0 || !output.writable) return;
    const text = `${lines.join('\n')}\n`;
    lines = [];
    if (!write(text)) onSlow();
    if (output.writableLength > maxQueued) onFull();
  };
  return {
    write: line => {
      lines.push(line);
      if (scheduled) return;
      scheduled = true;
      // After the microtasks of this turn, in which further answers come.
      process.nextTick(flushNow);
    },
    flush: () => {
      flushNow();
      if (!output.writable) return Promise.resolve();
      return new Promise(resolve => {
        output.once('error', () => resolve());
        write('', () => resolve());
      });
    },
  };
}
