export type SqlRow = Readonly<Record<string, unknown>>;

/** How a query ended, in words that a model can act on. */
export type SqlOutcome =
  | {
      readonly ok: true;
      readonly rows: readonly SqlRow[];
      /** A sentence, when rows are missing at the end. */
      readonly truncated?: string;
    }
  | {
      readonly ok: false;
      /** `refused`: it may not run, and did not; `failed`: the database found something wrong with it; `stopped`: a limit. */
      readonly kind: 'refused' | 'failed' | 'stopped';
      readonly reason: string;
    };

export function refusedQuery(reason: string): SqlOutcome {
  return { ok: false, kind: 'refused', reason };
}

export const STOPPED_HINT = 'Narrow it with WHERE, join on keys, or count first.';

/** Two columns of one name would be one field of a row: the second `id` becomes `id_2`. */
export function nameColumns(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return names.map(name => {
    let unique = name;
    for (let number = 2; seen.has(unique); number += 1) unique = `${name}_${number}`;
    seen.add(unique);
    return unique;
  });
}

export interface RowCollector {
  /** False once no more rows are wanted. */
  readonly add: (row: SqlRow) => boolean;
  readonly finish: () => SqlOutcome;
}

/** Rows within the limits; one more than fits shows that there are more. */
export function collectRows(limits: { readonly rows: number; readonly bytes: number }): RowCollector {
  const rows: SqlRow[] = [];
  let bytes = 2;
  let truncated: string | undefined;
  return {
    add: row => {
      if (truncated !== undefined) return false;
      bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
      if (rows.length === limits.rows) {
        truncated = `Only the first ${limits.rows} rows are here. Narrow the query, or count instead.`;
      } else if (bytes > limits.bytes) {
        truncated = `Only the first ${rows.length} rows are here: more would be over ${limits.bytes} bytes. Select fewer columns, or shorter values.`;
      }
      if (truncated !== undefined) return false;
      rows.push(row);
      return true;
    },
    finish: () => ({ ok: true, rows, ...(truncated !== undefined && { truncated }) }),
  };
}
