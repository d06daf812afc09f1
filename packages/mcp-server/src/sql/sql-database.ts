import type { RowFilter, ExposedTable } from './sql-table.ts';
import type { SqlOutcome } from './sql-outcome.ts';

/** A table with the types its columns have in the database. */
export interface DescribedTable extends ExposedTable {
  readonly types: ReadonlyMap<string, string>;
}

/** One database behind the SQL tool. */
export interface SqlDatabase {
  /** As a model knows it. */
  readonly dialect: 'PostgreSQL' | 'SQLite';
  readonly tables: readonly DescribedTable[];
  /** Checks a query and runs it. Rejects only when the database itself fails, or with the reason of `signal`. */
  query(sql: string, filters: ReadonlyMap<string, RowFilter>, signal: AbortSignal): Promise<SqlOutcome>;
  close(): Promise<void>;
}
