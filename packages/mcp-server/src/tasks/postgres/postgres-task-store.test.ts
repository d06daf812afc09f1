import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '@tramontane/testkit/database';
import type { Log } from '../../log.ts';
import { createTaskFixture, startTask, untilStatus } from '../tasks.fixture.ts';
import type { Task } from '../task.ts';
import { openPostgresTaskStore } from './open-postgres-task-store.ts';

const drop = (): void => {};
const log: Log = { debug: drop, info: drop, warn: drop, error: drop };
let database: TestDatabase;
const openStore = (graceMs = 50): ReturnType<typeof openPostgresTaskStore> =>
  openPostgresTaskStore({ connectionString: database.url, graceMs, log });

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('a restart keeps results, and fails what was interrupted', async () => {
  const before = await openStore();
  const first = createTaskFixture({ store: before });
  await using client = await first.open('ann');
  const done = await startTask(client, 'add', { a: 1, b: 2 });
  await untilStatus(client, done, 'completed');
  const cut = await startTask(client, 'wait');
  const signal = await first.seen.begun.promise;
  // Like a process that dies: nobody stops its tasks first.
  await before.close();

  await using store = await openStore();
  const second = createTaskFixture({ store });
  await using again = await second.open('ann');
  const kept = await untilStatus(again, done, 'completed');
  expect(kept['result']).toMatchObject({ structuredContent: { sum: 3 } });
  const failed = await untilStatus(again, cut, 'failed');
  expect(failed['error']).toMatchObject({ code: -32603, message: expect.stringContaining('is gone') });
  expect(signal.aborted).toBe(false);
  await using stranger = await second.open('bob');
  await expect(stranger.request('tasks/get', { taskId: done })).rejects.toThrow('Task not found');
});

test('several processes serve each other’s tasks', async () => {
  await using one = await openStore();
  await using other = await openStore();
  const running = createTaskFixture({ store: one });
  const near = createTaskFixture({ store: other });
  await using runner = await running.open();
  await using client = await near.open();

  const asking = await startTask(runner, 'ask');
  await untilStatus(client, asking, 'input_required');
  const inputResponses = { age: { action: 'accept', content: { age: 7 } } };
  await client.request('tasks/update', { taskId: asking, inputResponses });
  const done = await untilStatus(client, asking, 'completed');
  expect(done['result']).toMatchObject({ content: [{ text: '7 and 7' }] });

  const waiting = await startTask(runner, 'wait');
  const signal = await running.seen.begun.promise;
  const aborted = new Promise(resolve => signal.addEventListener('abort', resolve));
  await client.request('tasks/cancel', { taskId: waiting });
  await aborted;
  await untilStatus(runner, waiting, 'cancelled');
});

test('a lost connection comes back, with what was missed, and nothing is given up meanwhile', async () => {
  await using store = await openStore();
  await using patient = await openStore(3000);
  const { open, seen } = createTaskFixture({ store });
  await using client = await open();
  const taskId = await startTask(client, 'wait');
  const signal = await seen.begun.promise;
  const aborted = new Promise(resolve => signal.addEventListener('abort', resolve));
  const admin = new Client({ connectionString: database.url });
  await admin.connect();
  try {
    const cut = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`;
    await admin.query(cut);
    expect(await patient.get(taskId)).toMatchObject({ task: { status: 'working' }, interrupted: false });
    // A change that nobody is told of.
    await admin.query(
      `UPDATE mcp_tasks SET task = replace(task, '"working"', '"cancelled"'), revision = revision + 1 WHERE task_id = $1`,
      [taskId],
    );
    await admin.query(cut);
  } finally {
    await admin.end();
  }
  await aborted;
});

test('keeps what JSON can carry, replaces one revision, and forgets what has expired', async () => {
  await using store = await openStore();
  const task: Task = {
    taskId: 'odd',
    owner: '',
    tool: 'add',
    status: 'completed',
    createdAt: Date.now(),
    lastUpdatedAt: Date.now(),
    ttlMs: 60_000,
    pollIntervalMs: 1000,
    inputRequests: {},
    inputResponses: {},
    result: { text: 'zero \u0000, half \ud800, quote \'"\\' },
  };
  await store.create(task);
  expect(await store.get('odd')).toEqual({ task, revision: 0, interrupted: false });
  expect(await store.replace({ ...task, tool: 'sub' }, 0)).toBe(true);
  expect(await store.replace(task, 0)).toBe(false);
  expect(await store.get('odd')).toMatchObject({ task: { tool: 'sub' }, revision: 1 });
  await store.replace({ ...task, ttlMs: -1 }, 1);
  expect(await store.get('odd')).toBeUndefined();
});

test('a table that cannot be is refused, and so is a database that cannot be reached', async () => {
  const connectionString = database.url;
  await expect(openPostgresTaskStore({ connectionString, table: 'a"; --' })).rejects.toThrow('cannot name');
  const away = 'postgres://nobody:nothing@127.0.0.1:1/none';
  await expect(openPostgresTaskStore({ connectionString: away, log })).rejects.toThrow('ECONNREFUSED');
});
