import { KitError } from '../kit-error.ts';
import { createLineLog, type Log } from '../log.ts';
import type { RequestContext } from '../call-context.ts';
import type { Resource } from '../definition/define-resource.ts';
import type { Tool } from '../definition/define-tool.ts';
import type { openPostgres, PostgresSource } from './postgres/open-postgres.ts';
import { createQueryTool, type QueryToolOptions } from './query-tool.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { SqlLimits } from './sql-limits.ts';
import type { SqlOutcome } from './sql-outcome.ts';
import { rowFiltersFor, type SqlTable } from './sql-table.ts';
import type { SqliteSource } from './sqlite/open-sqlite.ts';
import { createTableResources } from './table-resources.ts';

export interface SqlAccessOptions {
  /** PostgreSQL 14 or newer. Needs the packages `pg`, `libpg-query` and `pgsql-deparser`. */
  readonly postgres?: PostgresSource;
  /** A SQLite file, or a database of SQLite's in a file of its own. Nothing to install. */
  readonly sqlite?: SqliteSource;
  /** What can be asked for, by the name that queries use. Everything else is not there. */
  readonly tables: Readonly<Record<string, SqlTable>>;
  readonly limits?: SqlLimits;
  /** Of the tool: its name (`database_query`), title, and a sentence on what the database is for. */
  readonly tool?: QueryToolOptions;
  /** For the database; warnings and errors go to stderr unless given. */
  readonly log?: Log;
}

export interface SqlAccess extends AsyncDisposable {
  /** One tool that takes a query and answers with rows. */
  readonly tools: readonly Tool[];
  /** The tables and their columns: all at `sql://tables`, one at `sql://tables/{table}`. */
  readonly resources: readonly Resource[];
  /** What the tool does, for tools of your own. Rejects when the database fails, or `context.signal` aborts. */
  readonly query: (sql: string, context: RequestContext) => Promise<SqlOutcome>;
  readonly close: () => Promise<void>;
}

/**
 * Lets models ask a database in SQL, safely: one SELECT, checked with the database's own parser, over the tables,
 * columns, functions and rows that are allowed, in a read-only transaction with limits.
 *
 * ```ts
 * const sql = await openSqlAccess({
 *   postgres: { connectionString },
 *   tables: { orders: { description: 'One row an order.', columns: { id: '', total: 'In euro.' } } },
 * });
 * const server = createMcpServer({ name: 'shop', version: '1.0.0', tools: sql.tools, resources: sql.resources });
 * ```
 *
 * @throws KitError `definition_invalid` for tables and columns that are not there, a role that may do more than read,
 *   and packages that are not installed; what the database's driver throws if it cannot be opened.
 */
export async function openSqlAccess(options: SqlAccessOptions): Promise<SqlAccess> {
  const { log = createLineLog() } = options;
  const database = await openDatabase(options, log);
  const query: SqlAccess['query'] = async (sql, context) =>
    database.query(sql, rowFiltersFor(database.tables, context), context.signal);
  return {
    tools: [createQueryTool(database, query, options)],
    resources: createTableResources(database),
    query,
    close: () => database.close(),
    [Symbol.asyncDispose]: () => database.close(),
  };
}

async function openDatabase(
  { postgres, sqlite, tables, limits = {} }: SqlAccessOptions,
  log: Log,
): Promise<SqlDatabase> {
  if (postgres !== undefined && sqlite === undefined) {
    const opener = await importPostgres();
    return opener.openPostgres(postgres, tables, limits, log);
  }
  if (sqlite !== undefined && postgres === undefined) {
    const { openSqlite } = await import('./sqlite/open-sqlite.ts');
    return openSqlite(sqlite, tables, limits, log);
  }
  throw new KitError('definition_invalid', 'The SQL tool needs one database: give "postgres" or "sqlite".');
}

/** Only here: who uses SQLite does not have these packages. */
async function importPostgres(): Promise<{ openPostgres: typeof openPostgres }> {
  try {
    return await import('./postgres/open-postgres.ts');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new KitError(
      'definition_invalid',
      'The SQL tool for PostgreSQL needs three more packages: npm install pg libpg-query pgsql-deparser',
      { cause },
    );
  }
}
