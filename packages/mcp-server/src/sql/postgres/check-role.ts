import { escapeIdentifier, type Pool } from 'pg';
import { refuse } from '../../definition/refuse.ts';
import type { ExposedTable } from '../sql-table.ts';

/**
 * Refuses a role that could do harm if a query ever slipped past the checks before it.
 *
 * @throws KitError `definition_invalid`, with the statements that make a fitting role.
 */
export async function checkRole(pool: Pool, tables: readonly ExposedTable[]): Promise<void> {
  const { rows } = await pool.query<{ role: string; power: string | null }>(
    `SELECT current_user AS role, CASE
       WHEN rolsuper THEN 'is a superuser'
       WHEN rolcreaterole OR rolcreatedb OR rolreplication THEN 'may create roles or databases, or replicate'
       WHEN rolbypassrls THEN 'passes by row-level security'
       WHEN has_database_privilege(current_database(), 'CREATE') THEN 'may create schemas'
       WHEN EXISTS (SELECT FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)' AND has_schema_privilege(oid, 'CREATE'))
         THEN 'may create tables'
       WHEN EXISTS (SELECT FROM pg_roles other WHERE other.rolname IN ('pg_read_server_files',
           'pg_write_server_files', 'pg_execute_server_program', 'pg_write_all_data', 'pg_signal_backend')
           AND pg_has_role(other.oid, 'MEMBER')) THEN 'has a role that reaches the server itself'
       WHEN EXISTS (SELECT FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'f')
           AND relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
           AND (has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
             OR has_any_column_privilege(oid, 'INSERT, UPDATE'))) THEN 'may write to tables'
       WHEN EXISTS (SELECT FROM pg_class 
           WHERE CASE WHEN relkind = 'S' THEN has_sequence_privilege(oid, 'USAGE, UPDATE') END)
         THEN 'may change sequences'
     END AS power FROM pg_roles WHERE rolname = current_user`,
  );
  const [{ role, power } = { role: '?', power: 'cannot be looked up' }] = rows;
  if (power === null) return;
  refuse(
    `The SQL tool: the role ${role}`,
    `${power}, and queries of a model shall not run under it. Make one that only reads:\n${toGrants(tables)}`,
  );
}

/** The least a role needs, as SQL for whoever owns the database. */
function toGrants(tables: readonly ExposedTable[], role = 'mcp_reader'): string {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  return [
    `CREATE ROLE ${escapeIdentifier(role)} LOGIN PASSWORD '…';`,
    ...schemas.map(
      schema => `GRANT USAGE ON SCHEMA ${escapeIdentifier(schema)} TO ${escapeIdentifier(role)};`,
    ),
    ...tables.map(({ schema, relation, columns, rows }) => {
      const names = [...new Set([...columns.keys(), ...rows.keys()])].map(escapeIdentifier).join(', ');
      const table = `${escapeIdentifier(schema)}.${escapeIdentifier(relation)}`;
      return `GRANT SELECT (${names}) ON ${table} TO ${escapeIdentifier(role)};`;
    }),
  ].join('\n');
}
