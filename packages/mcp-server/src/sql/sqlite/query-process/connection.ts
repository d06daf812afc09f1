import { randomBytes } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { DatabaseSync } from 'node:sqlite';
import type { WireTable } from './messages.ts';

export interface Connection extends Disposable {
  readonly database: DatabaseSync;
  /** Under which the file is attached. */
  readonly schema: string;
}

/** Of one value; what grows beyond it is an error. Room for the answer's limit and some work on the way to it. */
const VALUE_BYTES = 8 * 1024 * 1024;
const MEMORY_BYTES = 256 * 1024 * 1024;

/**
 * A connection for one query. The file is attached for reading, under a name that nobody can guess: only the views
 * below can name its tables, and the name is gone with the connection. (The authorizer alone would not do: a WITH query
 * may have the name of a view, and SQLite then says that the view reads the table.)
 */
export function openConnection(file: string): Connection {
  const schema = `source_${randomBytes(16).toString('hex')}`;
  const database = new DatabaseSync(':memory:', {
    allowExtension: false,
    enableDoubleQuotedStringLiterals: false,
    enableForeignKeyConstraints: false,
    limits: {
      length: VALUE_BYTES,
      sqlLength: 1_000_000,
      exprDepth: 200,
      compoundSelect: 100,
      functionArg: 100,
      column: 500,
      attach: 1,
      likePatternLength: 1000,
      variableNumber: 0,
    },
  });
  try {
    database.enableDefensive(true);
    database.exec(`ATTACH ${quoteText(`${pathToFileURL(file).href}?mode=ro`)} AS ${schema}`);
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY');
    database.exec(`PRAGMA hard_heap_limit = ${MEMORY_BYTES}`);
  } catch (error) {
    database.close();
    throw error;
  }
  return { database, schema, [Symbol.dispose]: () => database.close() };
}

/**
 * Puts a view in front of every table that may be read, with its allowed columns and the caller's rows, under the name
 * that queries use, and one with nothing in it in front of its real name. Names of the temporary schema come first.
 */
export function createViews({ database, schema }: Connection, tables: readonly WireTable[]): void {
  const taken = new Set<string>();
  for (const table of tables) {
    const { name, relation, columns } = table;
    taken.add(name.toLowerCase());
    const source = `${schema}.${quoteName(relation)} AS ${quoteName(toScanName(name))}`;
    database.exec(
      `CREATE TEMP VIEW ${quoteName(name)} AS SELECT ${columns.map(quoteName).join(', ')} FROM ${source} ${toRows(table)}`,
    );
  }
  for (const { relation } of tables) {
    if (taken.has(relation.toLowerCase())) continue;
    taken.add(relation.toLowerCase());
    database.exec(`CREATE TEMP VIEW ${quoteName(relation)} AS SELECT NULL AS hidden WHERE 0`);
  }
  database.exec('PRAGMA query_only = ON');
}

/** The LIMIT keeps conditions of the query outside: one that fails would tell what is in the rows of others. */
function toRows({ rowColumns, filter }: WireTable): string {
  if (rowColumns.length === 0) return '';
  const conditions = (filter ?? []).map(
    ([column, values]) => `${quoteName(column)} IN (${values.map(quoteValue).join(', ')})`,
  );
  return `WHERE ${conditions.length === rowColumns.length ? conditions.join(' AND ') : '0'} LIMIT -1`;
}

/** The tables of the file, in small letters. */
export function readNames({ database, schema }: Connection): ReadonlySet<string> {
  const rows = database.prepare(`SELECT name FROM ${schema}.sqlite_schema`).all();
  return new Set(rows.map(({ name }) => String(name).toLowerCase()));
}

/** How a query plan calls the table behind a view. */
export function toScanName(name: string): string {
  return `${name}#`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function quoteValue(value: string | number | boolean): string {
  if (typeof value === 'string') return `CAST(x'${Buffer.from(value).toString('hex')}' AS TEXT)`;
  return String(Number(value));
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
