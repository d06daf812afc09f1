import type { RequestContext } from '../call-context.ts';
import { refuse } from '../definition/refuse.ts';

export type SqlValue = string | number | boolean;

/** Whose rows a caller may read; nothing for a caller who may read none. Several values: any of them. */
export type RowValue = (context: RequestContext) => SqlValue | readonly SqlValue[] | undefined;

/** A table or view as callers see it. */
export interface SqlTable {
  /** What a row is, and what a model has to know to ask for the right ones. */
  readonly description: string;
  /** The columns that can be read, each with what it holds (`''` where the name says it). All others stay hidden. */
  readonly columns: Readonly<Record<string, string>>;
  /** Where it is in the database, as in `sales.orders`; the table of this name in `public` or `main` unless given. */
  readonly source?: string;
  /**
   * Only rows whose column, hidden or not, equals the value of the caller can be seen, by any query:
   * `{ tenant_id: ({ auth }) => tenantOf(auth) }`. Such a table is read for all rows of the caller, so index the column.
   */
  readonly rows?: Readonly<Record<string, RowValue>>;
}

/** Checked and in its final form; `columns` in the order they were given. */
export interface ExposedTable {
  readonly name: string;
  readonly description: string;
  readonly schema: string;
  readonly relation: string;
  readonly columns: ReadonlyMap<string, string>;
  readonly rows: ReadonlyMap<string, RowValue>;
}

/** @throws KitError `definition_invalid` */
export function parseTables(
  tables: Readonly<Record<string, SqlTable>>,
  defaultSchema: string,
): readonly ExposedTable[] {
  const parsed = Object.entries(tables).map(([name, table]) => parseTable(name, table, defaultSchema));
  if (parsed.length === 0) refuse('The SQL tool', 'has no tables. Name those that may be read.');
  const names = parsed.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`Table "${twice}"`, 'is given twice, in different cases. Use one name.');
  return parsed;
}

function parseTable(name: string, table: SqlTable, defaultSchema: string): ExposedTable {
  const subject = `Table ${JSON.stringify(name)}`;
  const { description, columns, rows = {}, source = `${defaultSchema}.${name}` } = table;
  const [schema, relation, ...rest] = source.includes('.') ? source.split('.') : [defaultSchema, source];
  const identifiers = [name, schema, relation, ...Object.keys(columns), ...Object.keys(rows)];
  // Everything is quoted where it is used; this is about names that no database has.
  const bad = identifiers.find(one => one === undefined || !/^[^\0".]{1,63}$/.test(one));
  if (rest.length > 0 || bad !== undefined)
    refuse(subject, `has a name in it that cannot be: ${JSON.stringify(bad ?? source)}.`);
  if (/^(pg_|sqlite_)/i.test(name))
    refuse(subject, 'has a name that belongs to the database itself. Give it another one, and its "source".');
  if (!description.trim()) refuse(subject, 'has no description. Say what a row is.');
  if (Object.keys(columns).length === 0) refuse(subject, 'has no columns. Name those that may be read.');
  return {
    name,
    description,
    schema: schema ?? defaultSchema,
    relation: relation ?? name,
    columns: new Map(Object.entries(columns)),
    rows: new Map(Object.entries(rows)),
  };
}

/** Which rows of one table this caller may read: by column, any of the values. */
export type RowFilter = ReadonlyMap<string, readonly SqlValue[]>;

/** By name of the table. A table whose rows belong to others altogether is missing. */
export function rowFiltersFor(
  tables: readonly ExposedTable[],
  context: RequestContext,
): ReadonlyMap<string, RowFilter> {
  const filters = new Map<string, RowFilter>();
  for (const { name, rows } of tables) {
    const filter = new Map<string, readonly SqlValue[]>();
    for (const [column, valueOf] of rows) {
      const value = valueOf(context);
      const values: readonly SqlValue[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
      if (values.length > 0) filter.set(column, values);
    }
    if (filter.size === rows.size) filters.set(name, filter);
  }
  return filters;
}
