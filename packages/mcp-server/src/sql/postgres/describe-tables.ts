import type { Pool } from 'pg';
import { refuse } from '../../definition/refuse.ts';
import type { DescribedTable } from '../sql-database.ts';
import type { ExposedTable } from '../sql-table.ts';

/** @throws KitError `definition_invalid` for a table or column that is not there, or cannot be read */
export async function describeTables(
  pool: Pool,
  tables: readonly ExposedTable[],
): Promise<readonly DescribedTable[]> {
  return Promise.all(
    tables.map(async table => {
      const { rows } = await pool.query<{ name: string; type: string; readable: boolean }>(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type,
                has_schema_privilege(relnamespace, 'USAGE') AND has_column_privilege(attrelid, attnum, 'SELECT') AS readable
           FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
          WHERE relnamespace = to_regnamespace(quote_ident($1)) AND relname = $2 AND attnum > 0 AND NOT attisdropped`,
        [table.schema, table.relation],
      );
      const found = new Map(rows.map(row => [row.name, row]));
      const subject = `Table "${table.name}"`;
      if (found.size === 0) refuse(subject, `is not in the database as ${table.schema}.${table.relation}.`);
      for (const column of [...table.columns.keys(), ...table.rows.keys()]) {
        const known = found.get(column);
        if (known === undefined) refuse(subject, `has no column "${column}" in the database.`);
        if (!known.readable)
          refuse(subject, `has a column "${column}" that the role may not read. Grant SELECT on it.`);
      }
      const types = new Map([...table.columns.keys()].map(column => [column, found.get(column)?.type ?? '']));
      return { ...table, types };
    }),
  );
}
