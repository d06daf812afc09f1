import { isRecord } from './offline-tool.ts';

export type Row = Readonly<Record<string, unknown>>;

interface Rows {
  readonly rows: readonly Row[];
  /** What stood beside the list: `{ total: 3, rows: […] }` gives total. */
  readonly beside: Row;
}

/** The list of objects in a result: the result itself, or the one list inside it. */
export function findRows(data: unknown, depth = 0): Rows | undefined {
  if (Array.isArray(data)) {
    return data.length > 0 && data.every(isRecord) ? { rows: data, beside: {} } : undefined;
  }
  if (!isRecord(data) || depth > 2) return undefined;
  const lists = Object.entries(data).flatMap(([key, value]) => {
    const found = Array.isArray(value) || isRecord(value) ? findRows(value, depth + 1) : undefined;
    return found ? [{ key, found }] : [];
  });
  const only = lists[0];
  if (!only || lists.length > 1) return undefined;
  const beside = Object.fromEntries(Object.entries(data).filter(([key]) => key !== only.key));
  return { rows: only.found.rows, beside: { ...beside, ...only.found.beside } };
}
