import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '@tramontane/agents/embedded';
import { Client as McpClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Log } from '@tramontane/mcp-server';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSettings, startCompany, type Company, type CompanySettings } from './index.ts';

const token = 'your-secret-token';
const drop = (): void => undefined;
const quiet: Log = { debug: drop, info: drop, warn: drop, error: drop };
let folder: string;
let settings: CompanySettings;
let postgres: EmbeddedPostgres;
let company: Company;
let twin: Company;
const logins = { owner: '', reader: '' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tramontane-company-'));
  await chmod(folder, 0o711);
  const dataDirectory = join(folder, 'data');
  settings = parseSettings({ MCP_SECRET_TOKEN: token, TRAMONTANE_DATA: dataDirectory, PORT: '0' });
  // Two at once on a folder that is not there: the tables are made and filled once.
  [postgres, company, twin] = await Promise.all([
    openEmbeddedPostgres({ dataDirectory }),
    startCompany({ ...settings, log: quiet }),
    startCompany({ ...settings, log: quiet }),
  ]);
  logins.owner = await postgres.ensureDatabase('company', { role: 'company_owner' });
  logins.reader = await postgres.ensureRole('company_reader', { database: 'company' });
});

afterAll(async () => {
  await Promise.all([company?.close(), twin?.close(), postgres?.close()]);
  await rm(folder, { recursive: true, force: true });
});

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}

interface Answer {
  success: boolean;
  result: unknown;
  error: string | null;
}

async function invoke(body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${company.url}/mcp/v1/tools/invoke`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

const query = (sql: string): Promise<Answer> => invoke({ name: 'database_query', arguments: { query: sql } });

test("the guide's curl lines: list, invoke, health", async () => {
  const list = await fetch(`${company.url}/mcp/v1/tools`, { headers: { authorization: `Bearer ${token}` } });
  const { tools } = (await list.json()) as {
    tools: { name: string; input_schema: { required: string[] } }[];
  };
  expect(tools.map(tool => [tool.name, tool.input_schema.required])).toEqual([
    ['database_query', ['query']],
    ['send_notification', ['user_id', 'message']],
    ['create_ticket', ['title', 'description']],
  ]);
  const answer = await invoke({
    name: 'database_query',
    arguments: { query: 'SELECT * FROM users LIMIT 5' },
  });
  expect(answer).toMatchObject({ success: true, error: null });
  expect(answer.result).toHaveLength(5);
  const health = await fetch(`${company.url}/health`);
  expect(await health.json()).toEqual({ status: 'healthy', version: '1.0.0' });
});

test('no token or a wrong one is 401 with a detail', async () => {
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: token }]) {
    const response = await fetch(`${company.url}/mcp/v1/tools`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toHaveProperty('detail', expect.any(String));
  }
});

test("the guide's questions find somebody, and two starts filled the tables once", async () => {
  const recent = await query(
    "SELECT name FROM users WHERE created_at > now() - interval '7 days' AND state = 'California'",
  );
  expect(recent.result).toEqual([{ name: 'Ada Moreno' }, { name: 'Daniel Kim' }]);
  const counts = await query(
    'SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM orders) AS orders, max(price) AS dearest FROM products',
  );
  expect(counts.result).toEqual([{ users: 20, orders: 21, dearest: 649 }]);
});

test('what was cut says so; equal column names, mistakes and endless work are answered', async () => {
  const many = await query('SELECT g FROM generate_series(1, 300) AS g');
  expect(many.result).toMatchObject({
    rows: expect.objectContaining({ length: 200 }),
    cut: expect.stringContaining('200'),
  });
  const wide = await query(
    "SELECT string_agg(a.name || b.name, ',') AS names, g FROM users a, users b, generate_series(1, 40) g GROUP BY g",
  );
  expect(wide.result).toMatchObject({ cut: expect.stringContaining('262144 bytes') });
  const huge = await query(
    "WITH RECURSIVE t(x) AS (SELECT 'aaaaaaaa'::text UNION ALL SELECT x || x FROM t WHERE length(x) < 20000000) SELECT x FROM t",
  );
  expect(huge.error).toContain('too large');
  expect((await query('SELECT 1 AS id, 2 AS id;')).result).toEqual([{ id: 1, id_2: 2 }]);
  expect((await query('SELECT nme FROM users')).error).toContain('"nme" does not exist');
  expect((await query('SELECT * FROM tickets')).error).toContain('over: users (id, ');
});

test('a call with the same key writes once, also at the same moment', async () => {
  const ticket = { name: 'create_ticket', arguments: { title: 'Broken lamp', description: 'It flickers.' } };
  const same = await Promise.all([1, 2, 3].map(() => invoke(ticket, { 'idempotency-key': 'run-1:call-1' })));
  const again = await invoke(ticket, { 'idempotency-key': 'run-1:call-1' });
  expect(new Set([...same, again].map(answer => JSON.stringify(answer)))).toHaveLength(1);
  expect(again.result).toMatchObject({
    ticket_id: expect.stringMatching(/^TICK-\d{4}$/u),
    priority: 'medium',
    status: 'open',
  });
  const other = await invoke(ticket, { 'idempotency-key': 'run-1:call-2' });
  expect(other.result).not.toEqual(again.result);
  expect(await ask(logins.owner, 'SELECT count(*)::int AS n FROM tickets')).toEqual([{ n: 2 }]);

  const note = {
    name: 'send_notification',
    arguments: { user_id: 'usr_001', message: 'Our new product is here' },
  };
  const first = await invoke(note, { 'idempotency-key': 'run-2:call-1' });
  expect(await invoke(note, { 'idempotency-key': 'run-2:call-1' })).toEqual(first);
  expect(first.result).toMatchObject({ status: 'queued', user_id: 'usr_001' });
  expect((await invoke(note)).result).not.toEqual(first.result);
  expect(await ask(logins.owner, 'SELECT user_id, message FROM outbox')).toHaveLength(2);
  const unknown = await invoke({
    name: 'send_notification',
    arguments: { user_id: 'nobody', message: 'Hello' },
  });
  expect(unknown).toMatchObject({
    success: false,
    error: expect.stringContaining('no user with the id "nobody"'),
  });
  const bad = await invoke({
    name: 'create_ticket',
    arguments: { title: 'x', description: 'y', priority: 'asap' },
  });
  expect(bad).toMatchObject({ success: false, error: expect.stringContaining('"urgent"') });
});

test('the official client lists, calls with a key and reads', async () => {
  const client = new McpClient({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(`${company.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  await client.connect(transport);
  const { tools } = await client.listTools();
  expect(tools.find(tool => tool.name === 'database_query')?.annotations?.readOnlyHint).toBe(true);
  const call = {
    name: 'create_ticket',
    arguments: { title: 'Over MCP', description: '', priority: 'high' },
    _meta: { 'io.tramontane/idempotency-key': 'run-3:call-1' },
  };
  const first = await client.callTool(call);
  expect(first.structuredContent).toMatchObject({ title: 'Over MCP', priority: 'high' });
  expect((await client.callTool(call)).structuredContent).toEqual(first.structuredContent);
  const rows = await client.callTool({
    name: 'database_query',
    arguments: { query: 'SELECT id FROM users ORDER BY id LIMIT 1' },
  });
  expect(rows.content).toEqual([{ type: 'text', text: '[{"id":"usr_001"}]' }]);
  expect((await client.listResources()).resources.map(resource => resource.uri)).toContain(
    'docs://company/handbook',
  );
  const sample = await client.readResource({ uri: 'data://products/sample' });
  expect(JSON.parse((sample.contents[0] as { text: string }).text)).toHaveLength(5);
  await expect(client.readResource({ uri: 'data://tickets/sample' })).rejects.toThrow(
    'data://tickets/sample',
  );
  await client.close();
});

// What the parser would refuse, asked directly by the role: the second lock holds alone.
test.each([
  ["INSERT INTO users VALUES ('x', 'x', 'x', 'x')", '25006'],
  ["BEGIN READ WRITE; INSERT INTO users VALUES ('x', 'x', 'x', 'x')", '42501'],
  ["BEGIN READ WRITE; UPDATE users SET name = ''", '42501'],
  ['BEGIN READ WRITE; DELETE FROM orders', '42501'],
  ['BEGIN READ WRITE; TRUNCATE products', '42501'],
  ['BEGIN READ WRITE; DROP TABLE users', '42501'],
  ['BEGIN READ WRITE; CREATE TABLE mine (id int)', '42501'],
  ['BEGIN READ WRITE; CREATE TEMP TABLE mine (id int)', '42501'],
  ["BEGIN READ WRITE; SELECT nextval('ticket_number')", '42501'],
  ['SELECT * FROM tickets', '42501'],
  ['SELECT * FROM outbox', '42501'],
  ["COPY users TO PROGRAM 'id'", '42501'],
  ["COPY users TO '/tmp/users'", '42501'],
  ["SELECT pg_read_file('/etc/passwd')", '42501'],
  ["SELECT pg_ls_dir('/')", '42501'],
  ["BEGIN READ WRITE; SELECT lo_import('/etc/passwd')", '42501'],
  ['BEGIN READ WRITE; CREATE EXTENSION dblink', '42501'],
  ['SELECT * FROM pg_authid', '42501'],
  ['SET ROLE company_owner', '42501'],
  ['SET ROLE postgres', '42501'],
  ['BEGIN READ WRITE; ALTER ROLE company_reader SUPERUSER', '42501'],
  ["SELECT * FROM dblink('dbname=tramontane', 'SELECT 1') AS t(x int)", '42883'],
])('the role for queries cannot: %s', async (sql, code) => {
  const url = new URL(logins.reader);
  // As the server opens its sessions.
  url.searchParams.set('options', '-c default_transaction_read_only=on');
  await expect(ask(url.href, sql)).rejects.toMatchObject({ code });
});

test("neither of the company's roles enters another database", async () => {
  for (const login of [logins.reader, logins.owner]) {
    for (const database of ['tramontane', 'postgres', 'template1']) {
      const url = new URL(login);
      url.pathname = `/${database}`;
      await expect(ask(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
    }
  }
});

test('a role for queries that may write is refused at the start', async () => {
  const database = { ownerUrl: logins.owner, readerUrl: logins.owner };
  await expect(startCompany({ ...settings, database })).rejects.toMatchObject({ code: 'reader_too_strong' });
});

test('a killed database is told to the caller, and is back soon after', async () => {
  const pid = Number((await readFile(join(postgres.location.data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  const answers: Answer[] = [];
  do {
    answers.push(await query('SELECT count(*) AS n FROM users'));
    await delay(50);
  } while (answers.at(-1)?.success !== true && answers.length < 500);
  expect(answers.pop()?.result).toEqual([{ n: 20 }]);
  for (const answer of answers) expect(answer.error).toContain('cannot be reached at the moment');
});
