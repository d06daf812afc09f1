import type { Readable } from 'node:stream';

/** Calls `onLine` for each line; a line that is too long ends the reading. */
export function splitLines(
  stream: Readable,
  maxLength: number,
  onLine: (line: string) => void,
  onTooLong: () => void,
): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('error', () => undefined);
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const text = line.trim();
      if (text !== '') onLine(text);
    }
    if (rest.length <= maxLength) return;
    rest = '';
    onTooLong();
  });
}
