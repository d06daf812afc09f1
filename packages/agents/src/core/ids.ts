import { randomFillSync } from 'node:crypto';
import { formatId, formatToolCallId, ID_PREFIXES, type IdKind as WireIdKind } from '@tramontane/wire';

export type IdKind = WireIdKind | 'run' | 'answer';

/** A prefix and the 32 hex digits of a UUIDv7: ids sort by the time they were made. */
export function createId(kind: IdKind): string {
  const hex = createUuidHex();
  return kind in ID_PREFIXES ? formatId(kind as WireIdKind, hex) : `${kind}_${hex}`;
}

export function createCallId(): string {
  return formatToolCallId(createUuidHex());
}

export function createUuid(): string {
  return withDashes(createUuidHex());
}

/** A UUID of version 8 (RFC 9562, 5.8) made of the first 122 bits of a base64url digest: the same digest, the same id. */
export function toUuid(digest: string): string {
  const bytes = Buffer.from(digest, 'base64url').subarray(0, 16);
  if (bytes.length < 16) throw new RangeError('A UUID needs a digest of at least 16 bytes.');
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return withDashes(bytes.toString('hex'));
}

function withDashes(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Random bytes are fetched for many ids at once: each fetch costs as much as all else about an id. */
const pool = Buffer.alloc(16 * 128);
let used = pool.length;

/** UUID version 7 (RFC 9562, 5.7) without dashes. */
function createUuidHex(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = pool.subarray(used, (used += 16));
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex');
}

/** Anything else cannot name a row, and some of it (a NUL) cannot even be asked for. */
export function isPlainId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,80}$/.test(text);
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
