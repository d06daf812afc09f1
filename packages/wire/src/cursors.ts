import type { z } from 'zod';

const FORMAT = 1;

/** A cursor that was read, or not: one not made here, cut, altered, or of another list. */
export type ParsedCursor<T> = { ok: true; value: T } | { ok: false };

/**
 * Packs where a list goes on into an opaque text for `page_token` or `cursor`.
 *
 * @param list Name of the list it belongs to, so that it cannot be used on another.
 */
export function formatCursor(list: string, value: unknown): string {
  const body = JSON.stringify([FORMAT, list, value]);
  const bytes = new TextEncoder().encode(checksum(body) + body);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/**
 * Reads a cursor. The checksum finds damage, not malice: whoever uses the value must check rights as for any input.
 */
export function parseCursor<T extends z.ZodType>(
  list: string,
  schema: T,
  text: string,
): ParsedCursor<z.infer<T>> {
  const unpacked = unpack(text);
  if (!Array.isArray(unpacked) || unpacked[0] !== FORMAT || unpacked[1] !== list) return { ok: false };
  const parsed = schema.safeParse(unpacked[2]);
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false };
}

function unpack(text: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, char => char.charCodeAt(0));
    const packed = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const body = packed.slice(CHECKSUM_LENGTH);
    return checksum(body) === packed.slice(0, CHECKSUM_LENGTH) ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
}

const CHECKSUM_LENGTH = 8;

/** FNV-1a over UTF-16 units, as 8 hexadecimal digits. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(CHECKSUM_LENGTH, '0');
}
