import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../architecture/source-file.ts';
import { codeBlocks, readPages } from '../docs/pages.ts';
import { CAN_SEE_PROCESSES, left } from './processes.ts';
import { freePort, openStarted, waitUntil, type Started, type StartOptions } from './started.ts';

const run = promisify(execFile);
const LIMIT = 120_000;
const mark = `START_TEST_MARK_${randomUUID()}`;
let folder: string;
let data: string;
const running: Started[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tramontane-e2e-'));
  // Not 0700: run by root, the database's own user has to get through.
  await chmod(folder, 0o711);
  data = join(folder, 'data');
});
afterEach(async () => {
  for (const one of running.splice(0)) {
    if (one.process.exitCode === null && one.process.signalCode === null) one.process.kill('SIGTERM');
    await one.ended;
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(options: Partial<StartOptions> = {}): Promise<Started> {
  const started = openStarted({
    ...options,
    environment: {
      TRAMONTANE_DATA: data,
      TRAMONTANE_PORT: await freePort(),
      [mark]: '1',
      ...options.environment,
    },
  });
  running.push(started);
  return started;
}

async function get(url: string, path: string): Promise<unknown> {
  const key = (await readFile(join(data, 'api-key'), 'utf8')).trim();
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
  expect(response.status).toBe(200);
  return response.json();
}

async function post(url: string, path: string, body: unknown): Promise<unknown> {
  const key = (await readFile(join(data, 'api-key'), 'utf8')).trim();
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return response.json();
}

async function nothingLeft(): Promise<void> {
  if (!CAN_SEE_PROCESSES) return;
  await waitUntil(
    () => (left(mark, folder).length === 0 ? true : undefined),
    () => `still running:\n${left(mark, folder).join('\n')}`,
  );
}

/** One sentence on stderr for people: no stack, no stray lines. */
async function expectSentence(started: Started, ...parts: string[]): Promise<void> {
  expect(await started.ended).toBe(1);
  for (const part of parts) expect(started.stderr()).toContain(part);
  expect(started.stderr()).not.toMatch(/^\s+at /m);
  expect(started.stderr().trim().split('\n')).toHaveLength(1);
  expect(started.stdout()).not.toContain('ready ');
}

/** The README's program, twice as a person would, with the addresses this start has. */
async function runReadme(url: string, company: string): Promise<void> {
  const program = codeBlocks(readPages().get('README.md') ?? '', 'ts')[0] ?? '';
  const here = await mkdtemp(join(folder, 'reader-'));
  await symlink(join(ROOT, 'node_modules'), join(here, 'node_modules'));
  await symlink(data, join(here, '.tramontane'));
  const text = program.replace('http://127.0.0.1:3000', url).replace('http://127.0.0.1:8000', company);
  await writeFile(join(here, 'ask.mts'), text);
  for (let time = 1; time <= 2; time += 1) {
    const { stdout } = await run(process.execPath, ['ask.mts'], { cwd: here });
    expect(stdout).toContain("type: 'tool.execution'");
  }
}

test(
  'the first start shows a conversation, says how to go on, and is ready; Ctrl-C leaves nothing behind',
  { timeout: LIMIT },
  async () => {
    const started = await start({ command: ['npm', 'start'] });
    const url = await started.ready();
    const said = started.stdout();
    expect(said).toMatch(/^  agent +ag_[0-9a-f]{32} \(created\)$/m);
    expect(said).toMatch(/^  tools +database_query, send_notification, create_ticket/m);
    expect(said).toMatch(/^  tool +database_query \(\d+ ms\)\n +query: SELECT .*users/m);
    expect(said).toMatch(/^  result +id +name +email +state +created_at$/m);
    expect(said).toMatch(/^  answer +\S/m);
    const key = (await readFile(join(data, 'api-key'), 'utf8')).trim();
    expect(said).not.toContain(key);
    const conversation = said.slice(said.indexOf('One conversation'), said.indexOf('Use it'));
    expect(conversation.split('\n').filter(line => line.length > 80)).toEqual([]);

    const curl = /^curl -s [\s\S]*?[^\\]$/m.exec(said)?.[0] ?? '';
    const answer = JSON.parse((await run('sh', ['-c', curl])).stdout) as { outputs: { type: string }[] };
    expect(answer.outputs.map(output => output.type)).toEqual(['tool.execution', 'message.output']);

    const program = /^import \{ readFileSync \}[\s\S]*?^console\.log.*$/m.exec(said)?.[0] ?? '';
    await writeFile(join(folder, 'ask.mjs'), program);
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const { stdout } = await run(process.execPath, [join(folder, 'ask.mjs')]);
    expect(stdout).toContain("type: 'tool.execution'");

    expect(await get(url, '/v1/conversations')).toHaveLength(3);
    const company = /Example company MCP server at (http:\S+)/.exec(said)?.[1] ?? '';
    expect(said).toContain(`company   ${company}/mcp, token in ${join(data, 'company-token')}`);
    await runReadme(url, company);
    started.signalGroup('SIGINT');
    await started.ended;
    expect(started.stdout()).toContain('Stopped. Agents and conversations are kept');
    expect(started.stderr()).not.toMatch(/^\s+at /m);
    await nothingLeft();
  },
);

test('npm that is told to end takes everything with it', { timeout: LIMIT }, async () => {
  const started = await start({ command: ['npm', 'start', '--', '--no-demo'] });
  await started.ready();
  started.process.kill('SIGTERM');
  await started.ended;
  await nothingLeft();
});

test(
  'a restart keeps agents and conversations, and SIGTERM ends with exit code 0',
  { timeout: LIMIT },
  async () => {
    const started = await start();
    const url = await started.ready();
    expect(started.stdout()).toMatch(
      /^  agent +ag_\w+ \((kept from an earlier start|kept, its tool server updated)\)$/m,
    );
    expect(await get(url, '/v1/agents')).toHaveLength(3);
    expect(await get(url, '/v1/conversations')).toHaveLength(6);
    started.process.kill('SIGTERM');
    expect(await started.ended).toBe(0);
    await nothingLeft();
  },
);

test(
  'a starter that is killed -9 takes everything with it, and the next start works',
  { timeout: LIMIT },
  async () => {
    const killed = await start();
    await killed.ready();
    killed.process.kill('SIGKILL');
    await killed.ended;
    await nothingLeft();
    const next = await start({ args: ['--no-demo'] });
    expect(await get(await next.ready(), '/v1/conversations')).toHaveLength(7);
  },
);

test(
  'two starts at once on one data folder both serve; --no-demo only serves',
  { timeout: LIMIT },
  async () => {
    const both = await Promise.all([start({ args: ['--no-demo'] }), start({ args: ['--no-demo'] })]);
    const urls = await Promise.all(both.map(one => one.ready()));
    for (const url of urls) expect(await get(url, '/v1/agents')).toHaveLength(3);
    for (const one of both) {
      expect(one.stdout()).not.toContain('company');
      expect(one.stdout()).not.toContain('One conversation');
    }
    both[0]?.process.kill('SIGTERM');
    expect(await both[0]?.ended).toBe(0);
    // The one that is left keeps its database.
    expect(await get(urls[1] ?? '', '/v1/agents')).toHaveLength(3);
  },
);

test(
  'two starts at once with the demo on one data folder: both conversations work, and so does the first one afterwards',
  { timeout: LIMIT },
  async () => {
    const both = await Promise.all([start(), start()]);
    const urls = await Promise.all(both.map(one => one.ready()));
    for (const one of both) {
      expect(one.stdout()).toMatch(/^  tool +database_query/m);
      expect(one.stderr()).toBe('');
    }
    const third = await start();
    await third.ready();
    expect(third.stdout()).toMatch(/^  tool +database_query/m);
    // This one cannot use their example server, so it must not take their agents to its own.
    const stranger = await start({ environment: { MCP_SECRET_TOKEN: 'another-token' } });
    await stranger.ready();
    expect(stranger.stdout()).toMatch(/^  tool +database_query/m);
    const agentOf = (one: Started): string => /^  agent +(ag_\w+)/m.exec(one.stdout())?.[1] ?? '';
    const agents = both.map(agentOf);
    expect(agents).not.toContain(agentOf(stranger));
    for (const [index, url] of urls.entries()) {
      const body = { agent_id: agents[index], inputs: 'Query the database for all users' };
      expect(JSON.stringify(await post(url, '/v1/conversations', body))).toContain('"is_error":false');
    }
  },
);

test(
  'when nobody reads what it says any more, it stops and leaves nothing behind',
  { timeout: LIMIT },
  async () => {
    const started = await start();
    // As `npm start | head -3` does; what is said after that goes to a closed pipe.
    await waitUntil(
      () => (started.stdout().split('\n').length > 3 ? true : undefined),
      () => started.stdout(),
    );
    started.process.stdout?.destroy();
    expect(await started.ended).toBe(0);
    expect(started.stderr()).toBe('');
    await nothingLeft();
  },
);

test('a terminal that goes away takes everything with it', { timeout: LIMIT }, async () => {
  const started = await start({ command: ['npm', 'start', '--', '--no-demo'] });
  await started.ready();
  started.process.stdout?.destroy();
  started.process.stderr?.destroy();
  started.signalGroup('SIGHUP');
  await started.ended;
  await nothingLeft();
  // Not only ended: the database was told to.
  expect(await readdir(join(data, 'postgres-18'))).not.toContain('postmaster.pid');
});

test('a port in use gets one sentence', { timeout: LIMIT }, async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = String(typeof address === 'object' ? address?.port : '');
  await expectSentence(
    await start({ environment: { TRAMONTANE_PORT: port } }),
    `Port ${port}`,
    'TRAMONTANE_PORT=',
  );
  taken.close();
});

test('a data folder that cannot be used gets one sentence', { timeout: LIMIT }, async () => {
  const file = join(folder, 'a file');
  await writeFile(file, '');
  await expectSentence(await start({ environment: { TRAMONTANE_DATA: file } }), file, 'TRAMONTANE_DATA');
});

test('a data folder that may not be written gets one sentence', { timeout: LIMIT }, async () => {
  const closed = await mkdtemp(join(folder, 'closed-'));
  await chmod(closed, 0o555);
  const path = join(closed, 'data');
  // Root may write everywhere, so it starts as somebody else, if that one can get at the checkout at all.
  const uid = process.getuid?.() === 0 ? 65_534 : undefined;
  const reachable =
    uid === undefined ||
    (await run('cat', [`${ROOT}package.json`], { uid }).then(
      () => true,
      () => false,
    ));
  const environment = { TRAMONTANE_DATA: reachable ? path : '/proc/tramontane', HOME: folder };
  const started = await start({ environment, uid: reachable ? uid : undefined });
  await expectSentence(started, environment.TRAMONTANE_DATA, 'TRAMONTANE_DATA');
});

test('a database that cannot be reached gets one sentence', { timeout: LIMIT }, async () => {
  const environment = {
    DATABASE_URL: `postgresql://user:a-password@127.0.0.1:${await freePort()}/agents`,
    TRAMONTANE_API_KEYS: 'a-key-for-this-test',
    TRAMONTANE_SECRET_KEY: 'a-secret-key-for-this-test-of-some-length',
  };
  const started = await start({ args: ['--no-demo'], environment });
  await expectSentence(started, 'The database cannot be used', 'ECONNREFUSED');
  expect(started.stderr()).not.toContain('a-password');
});

test('settings that are wrong are all named at once', { timeout: LIMIT }, async () => {
  const started = await start({ environment: { TRAMONTANE_PORT: 'many', TRAMONTANE_NO_SUCH: '1' } });
  expect(await started.ended).toBe(1);
  expect(started.stderr()).toContain('TRAMONTANE_PORT');
  expect(started.stderr()).toContain('TRAMONTANE_NO_SUCH');
  expect(started.stderr()).not.toMatch(/^\s+at /m);
});

test('a demo that fails says why, and the server keeps serving', { timeout: LIMIT }, async () => {
  const started = await start({ environment: { MCP_SECRET_TOKEN: 'two words' } });
  const url = await started.ready();
  expect(started.stdout()).toContain('The demo conversation did not work; the server keeps serving.');
  expect(started.stdout()).toContain('MCP_SECRET_TOKEN: Token number 1 is empty or contains white space');
  expect(started.stdout()).not.toContain('two words');
  expect(started.stdout()).toContain('The example server is missing');
  expect(started.stdout()).not.toContain('Query the database');
  expect(await get(url, '/v1/agents')).not.toHaveLength(0);
});
