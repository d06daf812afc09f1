import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEgress, parseAllowList } from '@tramontane/egress';
import {
  type Connections,
  type ConnectionsOptions,
  type ServerHealth,
  type ServerTarget,
  openConnections,
} from '@tramontane/mcp-client';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createKillableServer } from './killable-server.ts';

// Tool servers that are programs: how they are started again, and how they are ended.

const scope = { workspace: 'w', connector: 'c', credential: 'none' };
let states: ServerHealth[];
beforeEach(() => {
  states = [];
});

/** The clock stands still, so that times of states are differences that were decided, and not how long anything took. */
function open(more: Partial<ConnectionsOptions> = {}): Connections {
  const egress = openEgress({ allow: parseAllowList('loopback') });
  const connections = openConnections({
    egress,
    environment: process.env,
    now: () => 0,
    onHealth: health => void states.push(health),
    ...more,
  });
  onTestFinished(async () => {
    await connections.close();
    await egress.close();
  });
  return connections;
}

async function textOf(connections: Connections, target: ServerTarget, name: string): Promise<string> {
  const call = { name, arguments: {}, idempotencyKey: 'k', signal: AbortSignal.timeout(30_000) };
  const [block] = (await connections.callTool(target, call)).content;
  return block?.type === 'text' ? block.text : '';
}

const oddTarget = (how: string): ServerTarget => ({
  scope,
  timeoutMs: 10_000,
  name: `stdio:${how}`,
  process: { command: process.execPath, args: [new URL('odd-program.ts', import.meta.url).pathname, how] },
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a program that dies is started again at once, before anybody asks for it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'programs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { target } = createKillableServer('stdio', join(folder, 'journal'));
  const connections = open();
  const first = Number(await textOf(connections, target, 'pid'));
  process.kill(first, 'SIGKILL');
  const connectsOf = () => connections.health(target.scope).map(({ state, connects }) => [state, connects]);
  await expect.poll(connectsOf, { timeout: 30_000 }).toEqual([['ready', 2]]);
  const lost = states.find(({ state }) => state === 'waiting');
  expect(lost?.lastError?.message).toContain('was ended by SIGKILL');
  // No distance between the two: the next try was due when the loss was seen.
  expect(lost?.nextTryAt).toBe(lost?.since);
  expect(Number(await textOf(connections, target, 'pid'))).not.toBe(first);
  // One start for each: nothing is tried out first and thrown away.
  expect(states.filter(({ state }) => state === 'connecting')).toHaveLength(2);
}, 60_000);

test('a program that dies each time it has started is started less and less often, and callers hear why', async () => {
  const connections = open();
  const target = oddTarget('dies');
  const failure = await textOf(connections, target, 'any').catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'closed' });
  await expect.poll(() => connections.health(scope)[0]?.failures, { timeout: 30_000 }).toBeGreaterThan(4);
  const waits = states.flatMap(({ state, since, nextTryAt }) =>
    state === 'waiting' && nextTryAt !== undefined ? [nextTryAt - since] : [],
  );
  // By chance between a half and the whole of what doubles each time.
  expect(waits.slice(0, 4).every((wait, index) => wait >= 50 * 2 ** index)).toBe(true);
  const message = await textOf(connections, target, 'any').catch((error: unknown) => String(error));
  expect(message).toContain('ended with exit code 3');
}, 60_000);

test('a program that ignores the end of its input and SIGTERM is killed, and what it started with it', async () => {
  const connections = open();
  const ids = (await textOf(connections, oddTarget('stubborn'), 'any')).split(' ').map(Number);
  expect(ids).toHaveLength(2);
  await connections.close();
  await expect.poll(() => ids.map(isAlive), { timeout: 10_000 }).toEqual([false, false]);
}, 60_000);

test('a program that nobody uses is ended, and started again on use', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'programs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { target } = createKillableServer('stdio', join(folder, 'journal'));
  const connections = open({ idleMs: 20 });
  const first = Number(await textOf(connections, target, 'pid'));
  await expect.poll(() => isAlive(first), { timeout: 10_000 }).toBe(false);
  expect(connections.health(target.scope)[0]?.state).toBe('idle');
  expect(Number(await textOf(connections, target, 'pid'))).not.toBe(first);
}, 60_000);

test('a program gets its own variables and a short list of ours, and no key among them', async () => {
  const connections = open({
    environment: {
      PATH: '/bin',
      HOME: '/home',
      MISTRAL_API_KEY: 'k',
      DATABASE_URL: 'd',
      NODE_OPTIONS: '--no',
    },
  });
  const target = oddTarget('patient');
  if (!('process' in target)) throw new Error('It is a program.');
  const own = { ...target, process: { ...target.process, env: { OWN_TOKEN: 't' } } };
  expect((await textOf(connections, own, 'variables')).split(' ').toSorted()).toEqual([
    'HOME',
    'OWN_TOKEN',
    'PATH',
  ]);
});
