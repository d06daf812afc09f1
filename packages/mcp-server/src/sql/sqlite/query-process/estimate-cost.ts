import type { DatabaseSync } from 'node:sqlite';
import { quoteName, toScanName, type Connection } from './connection.ts';
import type { WireTable } from './messages.ts';

/** Of a view, or a table without row ids. */
const UNKNOWN_ROWS = 10_000;
/** Rows that an index finds for a key. */
const FOUND_BY_INDEX = 10;

/** How many rows there are about, by what their plan calls them. */
export function countRows(
  { database, schema }: Connection,
  tables: readonly WireTable[],
): ReadonlyMap<string, number> {
  return new Map(
    tables.map(({ name, relation }) => {
      try {
        const row = database.prepare(`SELECT max(rowid) AS rows FROM ${schema}.${quoteName(relation)}`).get();
        return [toScanName(name), Number(row?.['rows'] ?? 0)];
      } catch {
        return [toScanName(name), UNKNOWN_ROWS];
      }
    }),
  );
}

/**
 * About how many rows a query looks at, by its plan: loops within one another multiply. SQLite's planner has no figure
 * of its own to give.
 */
export function estimateCost(database: DatabaseSync, sql: string, rows: ReadonlyMap<string, number>): number {
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
  const scanned = steps.flatMap(({ detail }) => rows.get(readScan(String(detail))?.name ?? '') ?? []);
  // Of a subquery nothing is known but the tables it is made from.
  const largest = Math.max(1, ...scanned);
  const loops = new Map<number, number>();
  for (const { parent, detail } of steps) {
    const scan = readScan(String(detail));
    if (scan === undefined) continue;
    const size = scan.found ?? rows.get(scan.name) ?? largest;
    loops.set(Number(parent), (loops.get(Number(parent)) ?? 1) * Math.max(1, size));
  }
  return [...loops.values()].reduce((sum, cost) => sum + cost, 0);
}

/** One loop of a plan; `found`: rows it looks at, where an index leads to them. */
function readScan(detail: string): { readonly name: string; readonly found?: number } | undefined {
  const [, verb, name = ''] = /^(SCAN|SEARCH) (\S+)/.exec(detail) ?? [];
  if (verb === 'SCAN') return detail.includes('CONSTANT ROW') ? undefined : { name };
  if (verb !== 'SEARCH') return undefined;
  if (/rowid=\?/.test(detail)) return { name, found: 1 };
  // A range may be everything.
  return /[<>]\?/.test(detail) && !/=\?/.test(detail) ? { name } : { name, found: FOUND_BY_INDEX };
}
