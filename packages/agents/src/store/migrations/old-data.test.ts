import { randomUUID } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Client, Pool } from 'pg';
import { openTestDatabase } from '@tramontane/testkit/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../database.ts';
import { SCHEMA } from '../table-schema.ts';
import { MIGRATIONS } from './index.ts';

// Rows that older versions wrote, and still write beside a new table while they are replaced.

let stack: AsyncDisposableStack;
let client: Client;
const [inline, slow, plain] = [randomUUID(), randomUUID(), randomUUID()];

const insertConnector = (id: string, name: string, timeoutMs: number, isInline: boolean) =>
  client.query(
    `insert into connectors (id, workspace, user_id, name, organization, visibility, inline_key, config, sealed_access, created_at, modified_at)
     values ($1, 'w', 'u', $2, 'o', 'private', $3, $4, '', now(), now())`,
    [id, name, isInline ? id : null, JSON.stringify({ server: 'https://a.example/mcp', timeoutMs })],
  );
const insertPin = (id: string) =>
  client.query(
    `insert into tool_pins (connector_id, workspace, pinned, pinned_at) values ($1, 'w', '{"tools":[]}', now())`,
    [id],
  );

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  const { url } = stack.use(await openTestDatabase());
  const root = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: url }) }),
  });
  const provider = { getMigrations: async () => ({ ...MIGRATIONS }) };
  const migrator = new Migrator({ db: root, provider, migrationTableSchema: SCHEMA });
  const { error } = await migrator.migrateTo('0050-request-keys');
  await root.destroy();
  expect(error).toBeUndefined();
  client = new Client({ connectionString: url, options: `-c search_path=${SCHEMA}` });
  await client.connect();
  stack.defer(() => client.end());
  await insertConnector(inline, 'inline', 30_000, true);
  await insertConnector(slow, 'slow', 120_000, true);
  await insertConnector(plain, 'plain', 30_000, false);
  await insertPin(plain);
  const database = await openDatabase(url, { onError: () => undefined });
  stack.defer(() => database.close());
});
afterAll(() => stack.disposeAsync());

it('limits that somebody gave are kept, and the default is no limit of its own', async () => {
  const { rows } = await client.query<{ name: string; limits: unknown }>(
    `select name, config->'limits' as limits from connectors order by name`,
  );
  expect(rows).toEqual([
    { name: 'inline', limits: null },
    { name: 'plain', limits: null },
    { name: 'slow', limits: { idleMs: 120_000 } },
  ]);
});

it('pins go with their connectors, whichever version wrote them, and are of none that is not there', async () => {
  await insertPin(slow);
  await expect(insertPin(randomUUID())).rejects.toMatchObject({ code: '23503' });
  await client.query('delete from connectors where id = any($1)', [[plain, slow]]);
  expect((await client.query('select 1 from tool_pins')).rowCount).toBe(0);
});
