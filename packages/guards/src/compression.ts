import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export interface CompressionOptions {
  /** Bytes from which on a body is compressed; 1,000 unless given. */
  readonly minBytes?: number;
}

export interface Compressed {
  readonly encoding: 'br' | 'gzip';
  readonly bytes: Uint8Array;
}

/** `undefined`: better sent as it is. Streams of events are never given to it: they would be held back. */
export type Compress = (
  text: string,
  acceptEncoding: string | undefined,
) => Promise<Compressed | undefined> | undefined;

const MIN_BYTES = 1000;
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
/** The default of 11 takes fifty times as long for a tenth less. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

export function createCompress({ minBytes = MIN_BYTES }: CompressionOptions = {}): Compress {
  return (text, acceptEncoding) => {
    // Characters are at least bytes, so a short text is told without encoding it.
    if (acceptEncoding === undefined || text.length * 3 < minBytes) return undefined;
    const encoding = choose(acceptEncoding);
    if (encoding === undefined || Buffer.byteLength(text) < minBytes) return undefined;
    return compress(text, encoding);
  };
}

async function compress(text: string, encoding: Compressed['encoding']): Promise<Compressed> {
  const bytes = await (encoding === 'br' ? brotli(text, BROTLI) : zip(text));
  return { encoding, bytes };
}

/** What the caller takes (RFC 9110, section 12.5.3); `q=0` says that it does not. */
function choose(acceptEncoding: string): Compressed['encoding'] | undefined {
  const taken = new Map(
    acceptEncoding.split(',').map(item => {
      const [name = '', ...parameters] = item.split(';').map(part => part.trim().toLowerCase());
      return [name, !parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter))] as const;
    }),
  );
  const isTaken = (name: string): boolean => taken.get(name) ?? taken.get('*') ?? false;
  return (['br', 'gzip'] as const).find(isTaken);
}
