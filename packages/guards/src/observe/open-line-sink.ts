import { writeSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Where lines end up. */
export interface LineSink {
  /** Rejects where not everything could be written. */
  readonly append: (text: string) => Promise<void>;
  /** The same at once, as the process ends. */
  readonly appendNow: (text: string) => void;
  readonly close: () => Promise<void>;
}

/** Readable by the owner of the process alone. */
const MODE = 0o600;
const STDOUT = 1;

/** @throws what the system says when the file cannot be opened. */
export async function openLineSink(path: string): Promise<LineSink> {
  if (path === 'stdout') return openStandardOutput();
  const file = await open(path, 'a', MODE);
  return {
    append: text => file.appendFile(text),
    appendNow: text => void writeSync(file.fd, text),
    close: () => file.close(),
  };
}

function openStandardOutput(): LineSink {
  const { stdout } = process;
  // Whoever writes is told by `append`. Without a listener, a reader that went away would end the process.
  const onError = (): void => undefined;
  stdout.on('error', onError);
  return {
    append: text =>
      new Promise((resolve, reject) => {
        stdout.write(text, error => (error ? reject(error) : resolve()));
      }),
    appendNow: text => void writeSync(STDOUT, text),
    close: async () => void stdout.off('error', onError),
  };
}
