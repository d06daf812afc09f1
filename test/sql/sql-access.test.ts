import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { rm } from 'node:fs/promises';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestContext } from '@tramontane/mcp-server';
import { createMcpServer } from '@tramontane/mcp-server';
import { openTestClient } from '@tramontane/mcp-server/testing';
import { openPostgresShop, openSqliteShop } from './open-shop.ts';
import { toShopTables } from './shop.ts';
import { openSqlAccess, type SqlAccess, type SqlAccessOptions } from '@tramontane/mcp-server/sql';
import { runQuery } from '../../packages/mcp-server/src/sql/postgres/run-query.ts';

const toContext = (tenant?: string, signal = new AbortController().signal): RequestContext =>
  ({
    signal,
    ...(tenant !== undefined && { auth: { subject: tenant, fingerprint: tenant } }),
  }) as RequestContext;
const byCaller = toShopTables(({ auth }) => auth?.fingerprint);
const acme = toContext('acme');
const COUNT = 'SELECT count(*) AS n FROM orders';
const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS n FROM n';

let postgres: Awaited<ReturnType<typeof openPostgresShop>>;
let sqlite: Awaited<ReturnType<typeof openSqliteShop>>;
beforeAll(async () => {
  [postgres, sqlite] = await Promise.all([openPostgresShop(), openSqliteShop()]);
});
afterAll(async () => {
  await postgres.close();
  await sqlite.close();
});

describe.each(['PostgreSQL', 'SQLite'] as const)('on %s', dialect => {
  const open = (options: Partial<SqlAccessOptions> = {}): Promise<SqlAccess> =>
    openSqlAccess({
      ...(dialect === 'SQLite'
        ? { sqlite: { file: sqlite.file } }
        : { postgres: { connectionString: postgres.readerUrl } }),
      tables: byCaller,
      ...options,
    });

  test('the tool tells tables and columns, answers with rows, and refuses with what is allowed', async () => {
    await using access = await open({ tool: { description: 'The shop.' } });
    const server = createMcpServer({ name: 'shop', version: '1.0.0', ...access });
    await using client = await openTestClient(server, { auth: { subject: 'acme', fingerprint: 'acme' } });
    const [tool] = await client.listTools();
    expect(tool?.name).toBe('database_query');
    expect(tool?.annotations).toMatchObject({ readOnlyHint: true });
    expect(tool?.description).toContain(`The shop. Takes one SELECT statement of ${dialect}`);
    expect(tool?.description).toMatch(/orders: One row an order\.\n {2}id int\w*\n/i);
    expect(tool?.description).toMatch(/status text: paid, shipped, delivered, cancelled or refunded\./i);
    expect(tool?.description).not.toContain('tenant_id');
    const answer = await client.callTool('database_query', {
      query: 'SELECT id, total FROM orders WHERE id < 3 ORDER BY id',
    });
    expect(answer.structuredContent).toEqual({
      rows: [
        { id: 1, total: 9.5 },
        { id: 2, total: 745 },
      ],
    });
    const refused = await client.callTool('database_query', { query: 'DELETE FROM orders' });
    expect(refused.isError).toBe(true);
    expect(refused.text).toMatch(
      /^Query refused: it is not a SELECT\. Allowed is one SELECT statement.* orders \(id, customer_id/,
    );
    const unknown = await client.callTool('database_query', { query: 'SELECT * FROM secrets' });
    expect(unknown.text).toMatch(/^Query refused: the table secrets is not allowed\. .*customers \(id, name/);
    const typo = await client.callTool('database_query', { query: 'SELECT amount FROM orders' });
    expect(typo.text).toMatch(/refuses the query: .*amount/);
  });

  test('tables are resources', async () => {
    await using access = await open();
    await using client = await openTestClient(createMcpServer({ name: 'shop', version: '1.0.0', ...access }));
    expect((await client.readResource('sql://tables')).text).toContain('items: One row a line of an order.');
    expect((await client.readResource('sql://tables/products')).text).toContain(
      'color, weight and tags, as JSON.',
    );
    await expect(client.readResource('sql://tables/secrets')).rejects.toThrow('secrets');
  });

  test('each caller has its own rows, several at once, and a caller without any is told', async () => {
    await using access = await open();
    const sum = 'SELECT min(id) AS first, count(*) AS n FROM orders';
    const callers = ['acme', 'globex', 'initech', 'acme', 'globex', 'initech'];
    const outcomes = await Promise.all(callers.map(caller => access.query(sum, toContext(caller))));
    expect(outcomes.map(outcome => (outcome.ok ? outcome.rows[0] : outcome))).toEqual(
      callers.map(caller => ({ first: { acme: 1, globex: 1001, initech: 2001 }[caller], n: 150 })),
    );
    expect(await access.query(COUNT, toContext("x' OR '1' = '1"))).toEqual({ ok: true, rows: [{ n: 0 }] });
    expect(await access.query(COUNT, toContext('a\\b"c'))).toEqual({ ok: true, rows: [{ n: 0 }] });
    expect(await access.query(COUNT, toContext())).toMatchObject({
      ok: false,
      kind: 'refused',
      reason: expect.stringContaining('none of the rows of orders belong to this caller'),
    });
    expect(await access.query('SELECT count(*) AS n FROM products', toContext())).toMatchObject({ ok: true });
  });

  test('several values, numbers, and more than one column can say whose rows they are', async () => {
    const orders = { ...byCaller['orders'], description: 'Orders.', columns: { id: '' } };
    await using access = await open({
      tables: {
        orders: { ...orders, rows: { tenant_id: () => ['acme', 'globex'], customer_id: () => [5, 1005] } },
      },
    });
    const expected = await (dialect === 'SQLite' ? sqlite : postgres).reference(
      'SELECT count(*) FROM orders WHERE customer_id = 5',
    );
    expect(await access.query(COUNT, acme)).toEqual({
      ok: true,
      rows: [{ n: 2 * Number(expected[0]?.[0]) }],
    });
  });

  test('rows and bytes are cut off, and the answer says so', async () => {
    await using access = await open({ limits: { rows: 10, bytes: 1000 } });
    const rows = await access.query('SELECT id FROM orders ORDER BY id', acme);
    expect(rows).toMatchObject({
      ok: true,
      truncated: 'Only the first 10 rows are here. Narrow the query, or count instead.',
    });
    expect(rows.ok && rows.rows.length).toBe(10);
    const bytes = await access.query('SELECT * FROM orders', acme);
    expect(bytes).toMatchObject({ ok: true, truncated: expect.stringContaining('over 1000 bytes') });
    const exact = await access.query('SELECT id FROM orders ORDER BY id LIMIT 10', acme);
    expect(exact).not.toHaveProperty('truncated');
    const long = await access.query(`SELECT '${'x'.repeat(11_000)}'`, acme);
    expect(long).toMatchObject({
      ok: false,
      kind: 'refused',
      reason: expect.stringContaining('longer than 10000'),
    });
  });

  test('a query that takes too long is stopped, one that would cost too much is not begun, and others go on', async () => {
    await using access = await open({ limits: { timeMs: 300, cost: 100_000 } });
    const [endless, count] = await Promise.all([access.query(ENDLESS, acme), access.query(COUNT, acme)]);
    expect(endless).toMatchObject({
      ok: false,
      kind: 'stopped',
      reason: expect.stringContaining('longer than 0.3 s'),
    });
    expect(count).toEqual({ ok: true, rows: [{ n: 150 }] });
    const costly = await access.query(
      'SELECT count(*) FROM orders a, orders b, orders c, orders d, orders e',
      acme,
    );
    expect(costly).toMatchObject({
      ok: false,
      kind: 'refused',
      reason: expect.stringContaining('estimated'),
    });
    expect(await access.query(COUNT, acme)).toEqual({ ok: true, rows: [{ n: 150 }] });
  });

  test('a caller who goes away ends its query', async () => {
    await using access = await open({ limits: { timeMs: 60_000 } });
    const leaving = new AbortController();
    const running = access.query(ENDLESS, toContext('acme', leaving.signal));
    const queued = access.query(COUNT, acme);
    leaving.abort(new Error('gone'));
    await expect(running).rejects.toThrow('gone');
    expect(await queued).toEqual({ ok: true, rows: [{ n: 150 }] });
    await expect(access.query(COUNT, toContext('acme', leaving.signal))).rejects.toThrow('gone');
  });

  test('what cannot be is told at the start', async () => {
    const table = { description: 'x', columns: { id: '' } };
    const opening = (tables: SqlAccessOptions['tables']): Promise<SqlAccess> => open({ tables });
    await expect(opening({})).rejects.toThrow('has no tables');
    await expect(opening({ nowhere: table })).rejects.toThrow('"nowhere" is not in the database');
    await expect(opening({ orders: { ...table, columns: { amount: '' } } })).rejects.toThrow(
      'no column "amount"',
    );
    await expect(opening({ orders: { ...table, columns: {} } })).rejects.toThrow('has no columns');
    await expect(opening({ orders: { ...table, rows: { owner: () => 1 } } })).rejects.toThrow(
      'no column "owner"',
    );
    await expect(opening({ orders: { ...table, source: 'a.b.c' } })).rejects.toThrow(
      'a name in it that cannot be',
    );
    await expect(opening({ pg_x: { ...table, source: 'orders' } })).rejects.toThrow(
      'belongs to the database itself',
    );
    await expect(opening({ orders: table, Orders: { ...table, source: 'orders' } })).rejects.toThrow(
      'given twice',
    );
    await expect(open({ limits: { rows: 0 } })).rejects.toThrow('limit "rows" of 0');
    await expect(openSqlAccess({ tables: byCaller })).rejects.toThrow('needs one database');
  });
});

test('PostgreSQL: a role that may do more than read is refused, with the statements for a fitting one', async () => {
  const opening = openSqlAccess({ postgres: { connectionString: postgres.ownerUrl }, tables: byCaller });
  await expect(opening).rejects.toThrow(/may create schemas.*\nCREATE ROLE "mcp_reader"/);
  await expect(opening).rejects.toThrow(
    'GRANT SELECT ("id", "customer_id", "placed_at", "shipped_at", "total", "note", "status", "tenant_id") ON "public"."orders" TO "mcp_reader";',
  );
});

test('PostgreSQL: the statements for a fitting role are enough for it', async () => {
  const owner = new Client({ connectionString: postgres.ownerUrl });
  await owner.connect();
  const role = new URL(postgres.readerUrl).username;
  const error = await openSqlAccess({
    postgres: { connectionString: postgres.ownerUrl },
    tables: byCaller,
  }).catch((refused: unknown) => (refused as Error).message);
  const grants = (error as string)
    .split('\n')
    .filter(line => line.startsWith('GRANT'))
    .join('')
    .replaceAll('mcp_reader', role);
  await owner.query(`REVOKE ALL ON ALL TABLES IN SCHEMA public, vault FROM "${role}"; ${grants}`);
  await using access = await openSqlAccess({
    postgres: { connectionString: postgres.readerUrl },
    tables: byCaller,
  });
  expect(
    await access.query('SELECT count(*) AS n FROM orders JOIN customers c ON c.id = customer_id', acme),
  ).toEqual({
    ok: true,
    rows: [{ n: 150 }],
  });
  await owner.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public, vault TO "${role}"`);
  await owner.end();
});

test('PostgreSQL: behind the checks the transaction reads only, even for an owner', async () => {
  const pool = new Pool({ connectionString: postgres.ownerUrl });
  const limits = { rows: 10, bytes: 10_000, timeMs: 1000, cost: 1e9, length: 100 };
  const options = { limits, begin: 'BEGIN TRANSACTION READ ONLY', signal: new AbortController().signal };
  for (const sql of ["SELECT nextval('tickets')", 'SELECT public.evil()'])
    expect(await runQuery(pool, sql, options)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('read-only'),
    });
  await pool.end();
});

test('PostgreSQL: functions and types of the operator can be allowed', async () => {
  const owner = new Client({ connectionString: postgres.ownerUrl });
  await owner.connect();
  await owner.query(`CREATE FUNCTION public.vat(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 0.23';
    CREATE DOMAIN public.euro AS numeric(12, 2)`);
  await owner.end();
  const connectionString = postgres.readerUrl;
  const source = { connectionString, functions: ['public.vat'], types: ['public.euro'] };
  await using access = await openSqlAccess({ postgres: source, tables: byCaller });
  const query = 'SELECT vat(100)::euro AS a, public.vat(10)::public.euro AS b';
  expect(await access.query(query, acme)).toEqual({ ok: true, rows: [{ a: 23, b: 2.3 }] });
  await expect(
    openSqlAccess({ postgres: { connectionString, functions: ['vat'] }, tables: byCaller }),
  ).rejects.toThrow('Write the schema too');
});

test('SQLite: a process that dies takes its query along and nothing else', async () => {
  await using access = await openSqlAccess({ sqlite: { file: sqlite.file, processes: 1 }, tables: byCaller });
  const huge = await access.query(
    "WITH RECURSIVE n(s) AS (SELECT 'aaaaaaaaaaaaaaaa' UNION ALL SELECT s || s FROM n) SELECT count(s) FROM n",
    acme,
  );
  expect(huge).toMatchObject({ ok: false });
  expect(await access.query(COUNT, acme)).toEqual({ ok: true, rows: [{ n: 150 }] });
});

test('SQLite: a file that is missing or no database is told, and not made', async () => {
  const file = `${sqlite.file}.missing`;
  await expect(openSqlAccess({ sqlite: { file }, tables: byCaller })).rejects.toThrow(
    /cannot be read .*existing file/,
  );
  await expect(rm(file)).rejects.toThrow('ENOENT');
  await expect(openSqlAccess({ sqlite: { file: import.meta.filename }, tables: byCaller })).rejects.toThrow(
    'file is not a database',
  );
});

test('SQLite: a writer beside it goes on, and its rows are seen', async () => {
  await using access = await openSqlAccess({ sqlite: { file: sqlite.file }, tables: byCaller });
  const writer = new DatabaseSync(sqlite.file);
  writer.exec(
    "PRAGMA journal_mode = WAL; INSERT INTO orders SELECT 9000, 'acme', 1, 'paid', '2026-05-01', NULL, 1, '', ''",
  );
  expect(await access.query(COUNT, acme)).toEqual({ ok: true, rows: [{ n: 151 }] });
  writer.exec('DELETE FROM orders WHERE id = 9000; PRAGMA journal_mode = DELETE');
  writer.close();
});

test.skipIf(process.platform !== 'linux')(
  'SQLite: a process in the middle of a query ends with the server, even one that is killed',
  async () => {
    const program = new URL('endless-main.ts', import.meta.url).pathname;
    const server = spawn(process.execPath, ['--conditions=@tramontane/source', program, sqlite.file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(server.stdout, 'data');
    const children = (): readonly string[] =>
      readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && readParent(pid) === server.pid);
    while (children().length === 0) await setImmediate();
    const [child = ''] = children();
    server.kill('SIGKILL');
    while (readParent(child) !== undefined) await setImmediate();
  },
);

/** Of a process that runs; `undefined` of one that has ended. */
function readParent(pid: string): number | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
