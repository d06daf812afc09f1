import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { openWorkers, toPid, sendOnce, startWorkers, type RunningWorkers } from './workers.fixture.ts';

const LIMIT = 90_000;

async function open(count: number, ...words: readonly string[]): Promise<RunningWorkers> {
  const workers = await openWorkers([`--workers=${count}`, ...words]);
  onTestFinished(() => void workers.child.kill('SIGKILL'));
  return workers;
}

const pidOf = async (workers: RunningWorkers): Promise<number> => toPid(await workers.call('pid'));

/** Asks until the answer is right, as for what another process has to notice first. */
async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await delay(20);
}

it(
  'a worker killed under load takes its own calls with it, and nothing else',
  { timeout: LIMIT },
  async () => {
    const workers = await open(3);
    const stop = new AbortController();
    let failed = 0;
    let answered = 0;
    const load = Array.from({ length: 8 }, async () => {
      while (!stop.signal.aborted) {
        // A call that fails is sent again, as a client would.
        const answer = await workers.call('pid', { waitMs: 5 }).catch(() => undefined);
        if (answer === undefined) failed += 1;
        else {
          expect(answer.status).toBe(200);
          answered += 1;
        }
      }
    });
    await until(async () => answered > 50);
    const counted = (): Promise<number> =>
      workers.metric('mcp_tool_invocations_total{tool_name="pid",status="success"}').then(
        count => count ?? 0,
        () => 0,
      );
    const before = await counted();
    process.kill(await pidOf(workers), 'SIGKILL');
    await until(async () => {
      const restarts = await workers.metric('mcp_worker_restarts_total').catch(() => undefined);
      return restarts === 1;
    });
    // What the dead one had counted is counted still: a sum that falls would look like a restart of everything.
    expect(await counted()).toBeGreaterThanOrEqual(before);
    await until(async () => (await workers.metric('mcp_workers')) === 3);
    const now = answered;
    await until(async () => answered > now + 50);
    stop.abort();
    await Promise.all(load);
    expect(failed).toBeLessThanOrEqual(8);
    workers.child.kill('SIGTERM');
    expect(await workers.exited).toEqual([0, null]);
  },
);

it(
  'connections on their way to a worker that hangs and is killed are not forgotten',
  { timeout: LIMIT },
  async () => {
    const workers = await open(2);
    const pids = new Set<number>();
    await until(async () => pids.add(await pidOf(workers)).size === 2);
    const [hanging] = pids;
    const cutOff = (error: NodeJS.ErrnoException): undefined => {
      expect(error.code).toBe('ECONNRESET');
    };
    // Both are busy: what comes now waits in front of them.
    const busy = Array.from({ length: 6 }, () => workers.call('block', { ms: 700 }).catch(cutOff));
    const waiting = Array.from({ length: 10 }, () => workers.call('pid').catch(cutOff));
    process.kill(Number(hanging), 'SIGKILL');
    // Answered or cut off. One that is neither ends with the time limit of the client, which is another error.
    const answers = await Promise.all(waiting);
    await Promise.all(busy);
    expect(answers.filter(answer => answer?.status === 200).length).toBeGreaterThan(0);
  },
);

it(
  'of a call under a key whose worker died nobody says that it did not run',
  { timeout: LIMIT },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dying-workers-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const effects = join(folder, 'effects');
    const workers = await open(2, pathToFileURL(effects).href);
    const write = (): Promise<unknown> =>
      workers
        .call('write', { text: 'paid', waitMs: 60_000 }, { 'idempotency-key': 'k' })
        .catch(() => undefined);
    const begun = write();
    let line = '';
    await until(async () => (line = await readFile(effects, 'utf8').catch(() => '')).endsWith('\n'));
    process.kill(Number(line.split(' ')[1]), 'SIGKILL');
    expect(await begun).toBeUndefined();
    expect(await write()).toMatchObject({
      body: { success: false, error: expect.stringMatching(/may have had its effect/) },
    });
    expect(await readFile(effects, 'utf8')).toBe(line);
  },
);

it('a session whose worker dies is told so, and is not found any more', { timeout: LIMIT }, async () => {
  const workers = await open(2);
  const info = { capabilities: {}, clientInfo: { name: 't', version: '1' } };
  const post = (body: object, headers = {}) => workers.send('/mcp', { method: 'POST', headers, body });
  const opened = await post({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', ...info },
  });
  const session = { 'mcp-session-id': String(opened.headers['mcp-session-id']) };
  const call = (waitMs: number) =>
    post(
      { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'pid', arguments: { waitMs } } },
      session,
    );
  const { body } = await call(0);
  const { pid } = (body as { result: { structuredContent: { pid: number } } }).result.structuredContent;
  const waiting = Array.from({ length: 8 }, async () =>
    call(60_000).then(
      ({ status }) => status,
      (error: NodeJS.ErrnoException) => error.code,
    ),
  );
  await until(async () => (await workers.metric('mcp_tool_invocations_running')) === 8);
  process.kill(pid, 'SIGKILL');
  // Those that another worker had taken can still be told; the others broke with their connection.
  for (const how of await Promise.all(waiting)) expect([502, 'ECONNRESET']).toContain(how);
  await until(async () => (await workers.metric('mcp_worker_restarts_total')) === 1);
  for (const { status } of await Promise.all([call(0), call(0), call(0)])) expect(status).toBe(404);
});

it('told to stop under load, all finish what they have', { timeout: LIMIT }, async () => {
  const workers = await open(3);
  const balancer = new AbortController();
  const statuses: number[] = [];
  const load = Array.from({ length: 6 }, async () => {
    while (!balancer.signal.aborted) {
      statuses.push((await workers.call('pid', { waitMs: 20 })).status);
    }
  });
  await until(async () => statuses.length > 40);
  const last = Array.from({ length: 4 }, () => workers.call('pid', { waitMs: 800 }));
  workers.child.kill('SIGTERM');
  // What a load balancer does: it sends until it is told that nobody is ready any more.
  await until(async () => (await sendOnce(`${workers.url}/health/ready`)).status === 503);
  balancer.abort();
  await Promise.all(load);
  expect(new Set(statuses)).toEqual(new Set([200]));
  for (const { status } of await Promise.all(last)) expect(status).toBe(200);
  expect(await workers.exited).toEqual([0, null]);
});

it('a worker told to stop on its own finishes too, and is replaced', { timeout: LIMIT }, async () => {
  const workers = await open(2);
  const stop = new AbortController();
  let calls = 0;
  const load = Array.from({ length: 4 }, async () => {
    while (!stop.signal.aborted) {
      expect((await workers.call('pid', { waitMs: 10 })).status).toBe(200);
      calls += 1;
    }
  });
  await until(async () => calls > 20);
  process.kill(await pidOf(workers), 'SIGTERM');
  await until(async () => (await workers.metric('mcp_worker_restarts_total')) === 1);
  await until(async () => (await workers.metric('mcp_workers')) === 2);
  stop.abort();
  await Promise.all(load);
});

it('workers end when the first process is killed', { timeout: LIMIT }, async () => {
  const workers = await open(2);
  workers.child.kill('SIGKILL');
  await until(() =>
    workers.call('pid').then(
      () => false,
      (error: unknown) => (error as { code?: string }).code === 'ECONNREFUSED',
    ),
  );
});

it.each([['--fail'], ['--fail-later']])(
  'gives up clearly when workers die at start (%s)',
  { timeout: LIMIT },
  async flag => {
    const { exited, errors } = startWorkers(['--workers', '3', flag]);
    expect(await exited).toEqual([1, null]);
    expect(errors()).toContain('The database is not there.');
    expect(errors()).toMatch(
      /A worker ended with code 1 before it served anything\. What it wrote says why\./,
    );
    if (flag === '--fail') expect(errors().match(/^Error: The database/gm)).toHaveLength(1);
  },
);
