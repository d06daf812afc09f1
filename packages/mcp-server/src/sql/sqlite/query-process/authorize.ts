import { constants } from 'node:sqlite';
import { TABLE_FUNCTIONS } from '../allowed.ts';
import type { WireTable } from './messages.ts';

export interface Authorization {
  /** For `DatabaseSync.setAuthorizer`, while a statement is compiled. */
  readonly decide: (
    action: number,
    first: string | null,
    second: string | null,
    schema: string | null,
  ) => number;
  /** The first thing that was refused, as the end of a sentence. */
  readonly problem: () => string | undefined;
}

const { SQLITE_OK, SQLITE_DENY, SQLITE_SELECT, SQLITE_READ, SQLITE_FUNCTION, SQLITE_RECURSIVE } = constants;
const ACTIONS: ReadonlyMap<number, string> = new Map(
  Object.entries(constants).flatMap(([name, value]) =>
    // Of the constants only actions are above 2 or named like statements; the first name of a number is not an action.
    /^SQLITE_(CREATE|DELETE|DROP|INSERT|PRAGMA|TRANSACTION|UPDATE|ATTACH|DETACH|ALTER|REINDEX|ANALYZE|SAVEPOINT)/.test(
      name,
    )
      ? [[value, name.slice('SQLITE_'.length).replaceAll('_', ' ')] as const]
      : [],
  ),
);

/** Tables of SQLite itself, some of which are there only once they are asked for. */
const OF_SQLITE = /^(sqlite_|pragma_|dbstat$|bytecode$|tables_used$|fts|rtree|geopoly)/;

export interface SourceNames {
  /** Under which the file is attached. */
  readonly schema: string;
  /** The tables of the file, in small letters. */
  readonly names: ReadonlySet<string>;
}

/** What a statement may do: select, read the allowed columns through the views, call the allowed functions. */
export function createAuthorization(
  tables: readonly WireTable[],
  functions: ReadonlySet<string>,
  source: SourceNames,
): Authorization {
  const lower = (name: string | null): string => (name ?? '').toLowerCase();
  const views = new Map(tables.map(table => [lower(table.name), table]));
  const bases = new Map<string, Set<string>>();
  for (const { relation, columns, rowColumns } of tables) {
    const known = bases.get(lower(relation)) ?? new Set<string>();
    for (const column of [...columns, ...rowColumns]) known.add(lower(column));
    bases.set(lower(relation), known);
  }
  let problem: string | undefined;

  const whyNotRead = (table: string, column: string, schema: string): string | undefined => {
    // Of a table whose columns nobody needs (count(*)) SQLite tells the schema only if the query names one. It is a view
    // of ours or a WITH query, unless there is a table of this name.
    if (schema === '' && column === '' && !views.has(table))
      return source.names.has(table) || OF_SQLITE.test(table)
        ? `the table ${table} is not allowed`
        : undefined;
    if (schema === source.schema) {
      const columns = bases.get(table);
      // Without a name: the table is read, whatever column.
      return columns !== undefined && (column === '' || columns.has(column))
        ? undefined
        : `the table ${table} is not allowed`;
    }
    if (schema === 'main' && TABLE_FUNCTIONS.has(table)) return undefined;
    const view = schema === 'temp' || schema === '' ? views.get(table) : undefined;
    if (view === undefined) return `the table ${table} is not allowed`;
    if (view.filter === undefined) return `none of the rows of ${view.name} belong to this caller`;
    return undefined;
  };

  const whyNot = (
    action: number,
    first: string | null,
    second: string | null,
    schema: string | null,
  ): string | undefined => {
    if (action === SQLITE_SELECT || action === SQLITE_RECURSIVE) return undefined;
    if (action === SQLITE_READ) return whyNotRead(lower(first), lower(second), lower(schema));
    if (action === SQLITE_FUNCTION)
      return functions.has(lower(second)) ? undefined : `the function ${lower(second)} is not allowed`;
    return `${ACTIONS.get(action) ?? 'that'} is not allowed`;
  };

  return {
    decide: (action, first, second, schema) => {
      const why = whyNot(action, first, second, schema);
      problem ??= why;
      return why === undefined ? SQLITE_OK : SQLITE_DENY;
    },
    problem: () => problem,
  };
}
