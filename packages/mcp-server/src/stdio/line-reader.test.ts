import { describe, expect, it } from 'vitest';
import { createLineReader } from './line-reader.ts';

function read(
  chunks: readonly (string | Uint8Array)[],
  maxBytes = 1000,
): { lines: string[]; tooLong: number } {
  const seen = { lines: [] as string[], tooLong: 0 };
  const reader = createLineReader(maxBytes, {
    onLine: line => seen.lines.push(line),
    onTooLong: () => (seen.tooLong += 1),
  });
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  reader.end();
  return seen;
}

describe('createLineReader', () => {
  it('finds the same lines wherever the bytes are cut', () => {
    const bytes = Buffer.from('{"a":"größe 🌧"}\r\n\n{"b":2}\nlast');
    const expected = ['{"a":"größe 🌧"}', '{"b":2}', 'last'];
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { lines } = read([bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(lines.map(line => line.trim())).toEqual(expected);
    }
    expect(read([...bytes].map(byte => Uint8Array.of(byte))).lines.map(line => line.trim())).toEqual(
      expected,
    );
  });

  it('leaves a line over the limit out, says so once, and goes on', () => {
    expect(read(['1234567', '89', '0\n', 'ok\n', '123456\n'], 5)).toEqual({ lines: ['ok'], tooLong: 2 });
    expect(read(['12345\n'], 5)).toEqual({ lines: ['12345'], tooLong: 0 });
  });
});
