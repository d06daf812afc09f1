import { openLineSink } from './open-line-sink.ts';

/** Takes lines, and never makes whoever writes one wait. */
export interface LineFile {
  /** With the end of the line. Never throws. */
  readonly write: (line: string) => void;
  /** Resolves when everything is in the file. */
  readonly close: () => Promise<void>;
}

export interface LineFileOptions {
  /** Of a file; `stdout` is the standard output of the process. */
  readonly path: string;
  /** Told once, with the first lines that are lost: the disk is full, or slower than lines come. */
  readonly onLost: (error: unknown) => void;
}

/**
 * Lines wait for each other this long to be written together, in milliseconds: each write wakes a thread, which costs
 * more than all that is done for a line.
 */
const GATHER_MS = 100;
/** What waits in memory for a disk that is slow, in characters. */
const MOST_WAITING = 16 * 1024 * 1024;

/**
 * Appends to a file, or to the standard output. A line is with the operating system after 100 ms at most; at the end of
 * the process what is left is written at once.
 *
 * @throws what the system says when the file cannot be opened.
 */
export async function openLineFile({ path, onLost }: LineFileOptions): Promise<LineFile> {
  const sink = await openLineSink(path);
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  /** Characters that were handed to the system and are not written. */
  let handed = 0;
  let lost = false;
  const lose = (error: unknown): void => {
    if (!lost) onLost(error);
    lost = true;
  };
  const takeAll = (): string => {
    const text = waiting.join('');
    waiting = [];
    return text;
  };
  const flush = (): void => {
    timer = undefined;
    const text = takeAll();
    if (handed > MOST_WAITING) return lose(new Error('Lines come faster than they can be written.'));
    handed += text.length;
    writing = writing
      .then(() => sink.append(text))
      .catch(lose)
      .then(() => void (handed -= text.length));
  };
  const onExit = (): void => {
    try {
      sink.appendNow(takeAll());
    } catch (error) {
      lose(error);
    }
  };
  process.on('exit', onExit);
  const end = async (): Promise<void> => {
    clearTimeout(timer);
    flush();
    await writing;
    process.off('exit', onExit);
    await sink.close();
  };
  let closing: Promise<void> | undefined;
  return {
    write: line => {
      waiting.push(line);
      timer ??= setTimeout(flush, GATHER_MS);
    },
    close: () => (closing ??= end()),
  };
}
