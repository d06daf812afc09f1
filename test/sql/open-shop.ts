import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, escapeIdentifier, types } from 'pg';
import { openTestDatabase } from '@tramontane/testkit/database';
import { COLUMNS, makeRows, MARKS, TENANTS, toShopTables, type Rows } from './shop.ts';

export interface Shop {
  /** What nobody's query may change, as text. */
  snapshot(): Promise<string>;
  /** The rows of a query without the kit, over what the caller `acme` may see. Of PostgreSQL, scalars as text. */
  reference(sql: string): Promise<readonly (readonly unknown[])[]>;
  close(): Promise<void>;
}

const READABLE = toShopTables(() => 'acme');

/** json, jsonb, text[], int4[] */
const STRUCTURED = new Set([114, 3802, 1009, 1007]);
const asText = {
  getTypeParser: ((oid: number) =>
    STRUCTURED.has(oid) ? types.getTypeParser(oid) : (text: string) => text) as typeof types.getTypeParser,
};

function referenceQuery(name: string): string {
  const { columns, source = name, rows } = READABLE[name] ?? { columns: {} };
  return `SELECT ${Object.keys(columns).join(', ')} FROM ${source}${rows ? ` WHERE tenant_id = '${TENANTS[0]}'` : ''}`;
}

function toInserts(rows: Rows): readonly string[] {
  const literal = (value: string | number | null): string =>
    typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value ?? 'NULL');
  return Object.entries(rows).map(
    ([table, all]) =>
      `INSERT INTO ${table} VALUES ${all.map(row => `(${row.map(literal).join(', ')})`).join(', ')}`,
  );
}

/** The shop in PostgreSQL, with everything around it that a query might reach for. */
export async function openPostgresShop(): Promise<
  Shop & { readonly readerUrl: string; readonly ownerUrl: string }
> {
  const database = await openTestDatabase();
  const readerUrl = await database.addRole();
  const reader = escapeIdentifier(new URL(readerUrl).username);
  const owner = new Client({ connectionString: database.url });
  await owner.connect();
  const run = (sql: string): Promise<{ rows: Record<string, unknown>[] }> => owner.query(sql);
  await run(
    [
      ...Object.entries(COLUMNS).map(([name, columns]) => `CREATE TABLE ${name} (${columns})`),
      ...toInserts(makeRows()),
      'CREATE SCHEMA vault',
      `CREATE TABLE vault.keys AS SELECT 1 AS id, '${MARKS.otherSchema}' AS value`,
      `CREATE TABLE vault.orders AS SELECT 1 AS id, '${MARKS.otherSchema}' AS note`,
      'CREATE SEQUENCE tickets',
      'CREATE TABLE touched (at timestamptz)',
      // What anybody who reaches the schema could call, and with the name of a function that is allowed.
      `CREATE FUNCTION public.evil() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
         $$ BEGIN INSERT INTO public.touched VALUES (now()); RETURN 1; END $$`,
      `CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE sql SECURITY DEFINER AS
         $$ SELECT value FROM public.secrets $$`,
      `CREATE FUNCTION public.peek() RETURNS text LANGUAGE sql SECURITY DEFINER AS
         $$ SELECT value FROM public.secrets $$`,
      `GRANT USAGE ON SCHEMA public, vault TO ${reader}`,
      // More than is exposed: the kit has to hold without the role's help.
      `GRANT SELECT ON ALL TABLES IN SCHEMA public, vault TO ${reader}`,
      'CREATE SCHEMA reference',
      ...Object.keys(READABLE).map(
        name => `CREATE VIEW reference.${name} AS ${referenceQuery(name).replace(' FROM ', ' FROM public.')}`,
      ),
      'ANALYZE',
    ].join('; '),
  );
  return {
    readerUrl,
    ownerUrl: database.url,
    snapshot: async () => {
      const tables = [...Object.keys(COLUMNS), 'touched', 'vault.keys', 'vault.orders'];
      const hashes = tables.map(
        name => `(SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ${name} t)`,
      );
      const { rows } = await run(
        `SELECT ${hashes.map((hash, index) => `${hash} AS h${index}`).join(', ')},
           (SELECT last_value || is_called::text FROM tickets) AS sequence,
           (SELECT string_agg(oid::regclass::text || relkind::text, ',' ORDER BY oid) FROM pg_class WHERE oid > 16000) AS relations,
           (SELECT count(*) FROM pg_largeobject_metadata) AS large_objects,
           (SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE current_user || '%') AS roles,
           (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database =
             (SELECT oid FROM pg_database WHERE datname = current_database())) AS locks,
           (SELECT count(*) FROM pg_prepared_xacts) AS prepared`,
      );
      return JSON.stringify(rows);
    },
    reference: async sql => {
      await run(`BEGIN; SET LOCAL search_path = reference; SET LOCAL TimeZone = 'UTC'`);
      try {
        return (await owner.query<unknown[]>({ text: sql, rowMode: 'array', types: asText })).rows;
      } finally {
        await run('ROLLBACK');
      }
    },
    close: async () => {
      await owner.end();
      await database.close();
    },
  };
}

/** The shop in a file of SQLite, and beside it one with what the caller may see and nothing else. */
export async function openSqliteShop(): Promise<Shop & { readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'tramontane-sql-'));
  const file = join(folder, 'shop #1?.db');
  const database = new DatabaseSync(file);
  for (const [name, columns] of Object.entries(COLUMNS)) database.exec(`CREATE TABLE ${name} (${columns})`);
  database.exec(toInserts(makeRows()).join(';'));
  database.exec('CREATE TABLE touched (at text); CREATE INDEX by_tenant ON orders (tenant_id)');
  const reference = new DatabaseSync(join(folder, 'reference.db'));
  reference.exec(`ATTACH '${file}' AS shop`);
  for (const name of Object.keys(READABLE)) {
    reference.exec(`CREATE TABLE main.${name} AS ${referenceQuery(name).replace(' FROM ', ' FROM shop.')}`);
  }
  reference.exec('DETACH shop');
  return {
    file,
    snapshot: async () =>
      JSON.stringify(
        [...Object.keys(COLUMNS), 'touched', 'sqlite_schema'].map(name =>
          database.prepare(`SELECT * FROM ${name}`).all(),
        ),
      ),
    reference: async sql => {
      const statement = reference.prepare(sql);
      statement.setReturnArrays(true);
      statement.setReadBigInts(true);
      return statement.all() as unknown as readonly (readonly unknown[])[];
    },
    close: async () => {
      database.close();
      reference.close();
      await rm(folder, { recursive: true });
    },
  };
}
