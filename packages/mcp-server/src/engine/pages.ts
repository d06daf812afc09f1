import { createHash } from 'node:crypto';
import { invalidParams } from './faults.ts';
import type { Fault, Params } from './rpc.ts';

/** A list cut into pages, each written as JSON once: `"tools":[…],"nextCursor":"…"`. */
export type Pages = ReadonlyMap<unknown, string>;

/**
 * Keeps the order given. A cursor holds a digest of the whole list: one of another list is refused instead of leaving
 * entries out, and the same list on another machine takes it.
 */
export function toPages(name: string, entries: readonly object[], pageSize: number): Pages {
  const written = entries.map(entry => JSON.stringify(entry));
  const pages = new Map<unknown, string>();
  const digest = entries.length > pageSize ? toDigest(written) : '';
  const toCursor = (start: number): string => Buffer.from(`${digest}.${start}`).toString('base64url');
  for (let start = 0; start === 0 || start < written.length; start += pageSize) {
    const end = start + pageSize;
    const page = `${JSON.stringify(name)}:[${written.slice(start, end).join(',')}]`;
    const next = end < written.length ? `,"nextCursor":"${toCursor(end)}"` : '';
    pages.set(start === 0 ? undefined : toCursor(start), page + next);
  }
  return pages;
}

export function refuseCursor(params: Params): Fault {
  const { cursor } = params;
  return invalidParams(
    typeof cursor === 'string'
      ? 'This "cursor" is not of this list, which may have changed. Ask again without one.'
      : '"cursor" must be a string that a result gave as "nextCursor".',
  );
}

function toDigest(written: readonly string[]): string {
  const hash = createHash('sha256');
  for (const entry of written) hash.update(entry).update('\n');
  return hash.digest('base64url').slice(0, 12);
}
