import { openTestDatabase } from '@tramontane/testkit/database';
import { createMcpServer, type Log } from '@tramontane/mcp-server';
import { openTestClient, type TestClient } from '@tramontane/mcp-server/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabases } from './open-databases.ts';
import { createTools } from './tools.ts';

const drop = (): void => {};
const log: Log = { debug: drop, info: drop, warn: drop, error: drop };
const opened = new AsyncDisposableStack();
let client: TestClient;

beforeAll(async () => {
  const database = opened.use(await openTestDatabase());
  const source = { ownerUrl: database.url, readerUrl: await database.addRole() };
  const databases = await openDatabases(source, { log });
  opened.defer(() => databases.close());
  const server = createMcpServer({ name: 'company', version: '1.0.0', tools: createTools(databases), log });
  client = opened.use(await openTestClient(server));
});
afterAll(() => opened.disposeAsync());

const welcome = [
  'SELECT * FROM users LIMIT 5',
  "SELECT name, email FROM users WHERE created_at > now() - interval '7 days';",
  "select id from public.users where state ilike 'cal%' -- the sunny one",
  'SELECT u.name, count(*), sum(o.total) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY 1 HAVING count(*) > 1 ORDER BY 3 DESC',
  'WITH late AS (SELECT * FROM orders), again AS (SELECT * FROM late) SELECT * FROM again',
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n',
  'SELECT state FROM users UNION SELECT category FROM products EXCEPT SELECT status FROM orders',
  'SELECT rank() OVER (PARTITION BY category ORDER BY price DESC), * FROM products',
  "SELECT extract(year FROM created_at), date_trunc('day', created_at AT TIME ZONE 'UTC')::date FROM orders",
  "SELECT CASE WHEN stock = 0 THEN 'out' ELSE coalesce(nullif(category, ''), 'x') END FROM products",
  "SELECT * FROM users WHERE name = 'Robert''); DROP TABLE users; --'",
  'SELECT * FROM users u, LATERAL (SELECT * FROM orders o WHERE o.user_id = u.id LIMIT 1) AS latest',
  'SELECT CURRENT_DATE, (ARRAY[1, 2])[1], (SELECT max(price) FROM products)',
  'TABLE users',
];

test.each(welcome)('runs: %s', async query => {
  const { isError, text } = await client.callTool('database_query', { query });
  expect(isError).toBe(false);
  expect(JSON.parse(text)).toEqual(expect.any(Array));
});

/** The query, and what the refusal must name. */
const hostile: readonly (readonly [string, string])[] = [
  ["INSERT INTO users (id) VALUES ('x')", 'not a SELECT'],
  ["UPDATE users SET name = ''", 'not a SELECT'],
  ['DELETE FROM users', 'not a SELECT'],
  ['DROP TABLE users', 'not a SELECT'],
  ['TRUNCATE users', 'not a SELECT'],
  ['SET ROLE postgres', 'not a SELECT'],
  ['DO $$ BEGIN PERFORM 1; END $$', 'not a SELECT'],
  ["COPY users TO PROGRAM 'id'", 'not a SELECT'],
  ["COPY users FROM '/etc/passwd'", 'not a SELECT'],
  ['EXPLAIN ANALYZE DELETE FROM users', 'not a SELECT'],
  ['CALL anything()', 'not a SELECT'],
  ['COMMIT', 'not a SELECT'],
  ['SELECT 1; DROP TABLE users', 'more than one statement'],
  ['SELECT 1; COMMIT; DROP TABLE users', 'more than one statement'],
  ['', 'no statement'],
  ['-- nothing', 'no statement'],
  ['SELECT 1\0; DROP TABLE users', 'zero byte'],
  ['SELEC * FROM users', 'syntax error'],
  ['WITH gone AS (DELETE FROM users RETURNING *) SELECT * FROM gone', 'DELETE'],
  ['WITH made AS (INSERT INTO users SELECT * FROM users RETURNING *) SELECT * FROM made', 'INSERT'],
  ['SELECT * FROM (WITH x AS (UPDATE users SET name = name RETURNING *) SELECT * FROM x) y', 'UPDATE'],
  ['SELECT * INTO copied FROM users', 'SELECT INTO'],
  ['SELECT * FROM users FOR UPDATE', 'FOR UPDATE'],
  ['SELECT * FROM (SELECT * FROM users FOR SHARE) x', 'FOR UPDATE'],
  ["SELECT pg_read_file('/etc/passwd')", 'pg_read_file'],
  ["SELECT pg_catalog.pg_read_binary_file('/etc/passwd')", 'pg_read_binary_file'],
  ["SELECT * FROM pg_ls_dir('/')", 'pg_ls_dir'],
  ["SELECT * FROM dblink('dbname=tramontane', 'SELECT 1') AS t(x int)", 'dblink'],
  ["SELECT lo_import('/etc/passwd')", 'lo_import'],
  ['SELECT lo_create(0)', 'lo_create'],
  ['SELECT pg_sleep(60)', 'pg_sleep'],
  ["SELECT set_config('transaction_read_only', 'off', false)", 'set_config'],
  ["SELECT current_setting('data_directory')", 'current_setting'],
  ["SELECT nextval('ticket_number')", 'nextval'],
  ["SELECT query_to_xml('DELETE FROM users', true, true, '')", 'query_to_xml'],
  ['SELECT pg_terminate_backend(1)', 'pg_terminate_backend'],
  ['SELECT pg_advisory_lock(1)', 'pg_advisory_lock'],
  ["SELECT evil.count('x')", 'evil.count'],
  ['SELECT 1 FROM users ORDER BY pg_sleep(9)', 'pg_sleep'],
  ['SELECT count(*) FILTER (WHERE pg_sleep(9) IS NULL) FROM users', 'pg_sleep'],
  ['SELECT * FROM users LIMIT (SELECT pg_sleep(9)::text::int)', 'pg_sleep'],
  ['SELECT * FROM pg_shadow', 'pg_shadow'],
  ['SELECT * FROM pg_catalog.pg_authid', 'pg_catalog.pg_authid'],
  ['SELECT * FROM information_schema.tables', 'information_schema.tables'],
  ['SELECT * FROM tramontane.public.users', 'tramontane.public.users'],
  ['SELECT * FROM other.users', 'other.users'],
  ['SELECT * FROM outbox', 'outbox'],
  ['SELECT (SELECT title FROM tickets LIMIT 1)', 'tickets'],
  // A WITH lends its name only to what stands in its sight.
  ['WITH tickets AS (SELECT * FROM tickets) SELECT * FROM tickets', 'tickets'],
  ['SELECT * FROM tickets, (WITH tickets AS (SELECT 1) SELECT * FROM tickets) x', 'tickets'],
  ['WITH a AS (SELECT * FROM outbox), outbox AS (SELECT 1) SELECT * FROM a', 'outbox'],
  ["SELECT 'pg_authid'::regclass", 'regclass'],
  ["SELECT cast('x' AS pg_catalog.regrole)", 'regrole'],
  ['SELECT XMLFOREST(1)', 'XmlExpr'],
  ['SELECT $1', 'ParamRef'],
  [`SELECT ${'NOT '.repeat(1900)}true`, 'nested too deeply'],
  [`SELECT '${'x'.repeat(11_000)}'`, 'longer than'],
];

test.each(hostile)('refuses: %j', async (query, named) => {
  const { isError, text } = await client.callTool('database_query', { query });
  expect(isError).toBe(true);
  expect(text).toContain(named);
  // What may be asked instead.
  expect(text).toMatch(/over: users \(id, .*; products \(.*; orders \(|not valid PostgreSQL|longer than/);
});
