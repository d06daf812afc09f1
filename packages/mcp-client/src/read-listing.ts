import type { RawListing } from './dialect.ts';
import { MAX_TOOLS } from './tool-definitions.ts';

const MAX_PAGES = 64;

interface Page {
  readonly result: Readonly<Record<string, unknown>>;
  readonly items: readonly unknown[];
}

/** Every page of a list. A list that does not end is cut off, and says so. */
export async function readListing(
  readPage: (params: Record<string, unknown>) => Promise<Page>,
): Promise<RawListing> {
  const items: unknown[] = [];
  const problems: string[] = [];
  let cursor: unknown;
  let ttlMs: number | undefined;
  for (let page = 1; ; page += 1) {
    const { result, items: found } = await readPage(cursor === undefined ? {} : { cursor });
    if (page === 1 && typeof result['ttlMs'] === 'number') ttlMs = result['ttlMs'];
    items.push(...found);
    const next = result['nextCursor'] ?? undefined;
    if (next === undefined || items.length > MAX_TOOLS) break;
    if (next === cursor || page >= MAX_PAGES) {
      problems.push(`The server's list did not end after ${page} pages; the rest was left out.`);
      break;
    }
    cursor = next;
  }
  return { items, problems, ...(ttlMs === undefined ? {} : { ttlMs }) };
}
