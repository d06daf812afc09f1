/** Cuts a stream of bytes into lines, however they are split into chunks. */
export interface LineReader {
  push(chunk: Uint8Array): void;
  /** The last line needs no line end. */
  end(): void;
}

export interface LineHandlers {
  /** Without its line end; never empty. */
  readonly onLine: (line: string) => void;
  /** Once for each line over the limit, when it is known to be; none of it is kept. */
  readonly onTooLong: () => void;
}

const LINE_FEED = 0x0a;

/** Works on bytes, so that a character split between two chunks stays whole. */
export function createLineReader(maxBytes: number, { onLine, onTooLong }: LineHandlers): LineReader {
  let kept: Uint8Array[] = [];
  let size = 0;
  let skipping = false;

  const keep = (part: Uint8Array): void => {
    if (skipping || part.length === 0) return;
    size += part.length;
    if (size <= maxBytes) {
      kept.push(part);
      return;
    }
    skipping = true;
    kept = [];
    onTooLong();
  };
  const finish = (): void => {
    const line = skipping ? '' : decode(kept, size);
    kept = [];
    size = 0;
    skipping = false;
    // trim: a carriage return belongs to the line end, and a blank line is nobody's message.
    if (line.trim() !== '') onLine(line);
  };
  return {
    push: chunk => {
      let from = 0;
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
        keep(chunk.subarray(from, at));
        finish();
        from = at + 1;
      }
      keep(chunk.subarray(from));
    },
    end: finish,
  };
}

function decode(parts: readonly Uint8Array[], size: number): string {
  const [only] = parts;
  const bytes = parts.length === 1 && only ? only : Buffer.concat(parts, size);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
