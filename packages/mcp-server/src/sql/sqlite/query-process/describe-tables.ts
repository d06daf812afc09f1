import { openConnection, quoteName } from './connection.ts';
import type { WireTable } from './messages.ts';

/** Types by column, by table; a table that is not there has none. */
export function describeTables(
  file: string,
  tables: readonly WireTable[],
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  using connection = openConnection(file);
  const { database, schema } = connection;
  return Object.fromEntries(
    tables.map(({ name, relation }) => {
      const columns = database.prepare(`PRAGMA ${schema}.table_info(${quoteName(relation)})`).all();
      return [
        name,
        Object.fromEntries(columns.map(column => [String(column['name']), String(column['type'])])),
      ];
    }),
  );
}
