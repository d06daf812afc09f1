import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { openTestDatabase, type TestDatabase } from '@tramontane/testkit/database';
import type { Log } from '../../log.ts';
import { openPostgresTaskStore } from '../../postgres/index.ts';
import { createMcpServer } from '../../server.ts';
import { untilStatus } from '../../tasks/tasks.fixture.ts';
import { TASKS_EXTENSION } from '../../tasks/task.ts';
import { openTestClient } from '../../testing/index.ts';
import { defineSaga, openSagas, type Sagas } from '../index.ts';
import { openPostgresSagaStore } from './open-postgres-saga-store.ts';

const drop = (): void => {};
const log: Log = { debug: drop, info: drop, warn: drop, error: drop };
let database: TestDatabase;
let table = 0;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  table += 1;
});

interface Site extends AsyncDisposable {
  readonly sagas: Sagas;
  readonly seen: string[];
  /** Like a process that dies: it says nothing to anybody. */
  readonly die: () => Promise<void>;
}

/** A process with a saga of two steps, as far as the database can see. */
async function openSite(act: (what: string) => unknown = drop): Promise<Site> {
  const options = { connectionString: database.url, log };
  const store = await openPostgresSagaStore({ ...options, table: `sagas_${table}`, graceMs: 0 });
  const taskStore = await openPostgresTaskStore({ ...options, table: `tasks_${table}`, graceMs: 0 });
  const seen: string[] = [];
  const limits = { retries: 0, backoffMs: 0 };
  const saga = defineSaga({ name: 'move', description: 'Moves.', input: z.object({ to: z.string() }) })
    .step('pack', {
      ...limits,
      run: async () => {
        seen.push('pack');
        await act('pack');
        return { boxes: 3 };
      },
      compensate: async () => {
        seen.push('unpack');
        await act('unpack');
      },
    })
    .step('drive', {
      ...limits,
      run: async () => {
        seen.push('drive');
        await act('drive');
      },
    })
    .returns(({ input, done }) => ({ to: input.to, boxes: done.pack.boxes }));
  const sagas = openSagas({ sagas: [saga], store, taskStore, sweepMs: 20, log });
  let ended = false;
  const die = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await Promise.all([store.close(), taskStore.close()]);
    await sagas.close();
  };
  return { sagas, seen, die, [Symbol.asyncDispose]: die };
}

const patience = (): AbortSignal => AbortSignal.timeout(20_000);
/** Hangs at one place, and tells when it is reached. */
function hangAt(place: string) {
  const reached = Promise.withResolvers<void>();
  const act = (what: string): unknown => {
    if (what !== place) return undefined;
    reached.resolve();
    return new Promise(drop);
  };
  return { act, reached: reached.promise };
}

test('a saga whose process is gone is ended by another, and only once', async () => {
  const { act, reached } = hangAt('drive');
  await using first = await openSite(act);
  const { id } = await first.sagas.start('move', { input: { to: 'Lyon' } });
  await reached;
  await using second = await openSite();
  await using third = await openSite();
  await first.die();
  const view = await second.sagas.wait(id, patience());
  expect(view).toMatchObject({ status: 'completed', result: { to: 'Lyon', boxes: 3 } });
  expect([...second.seen, ...third.seen]).toEqual(['drive']);
  expect(await third.sagas.get(id)).toMatchObject({ status: 'completed' });
});

test('a task goes on with its saga when its process dies', async () => {
  const { act, reached } = hangAt('drive');
  await using first = await openSite(act);
  const toServer = ({ sagas }: Site) =>
    createMcpServer({
      name: 'movers',
      version: '1.0.0',
      design: false,
      log,
      tools: sagas.tools,
      tasks: { store: sagas.taskStore, pollIntervalMs: 10 },
    });
  const options = { capabilities: { extensions: { [TASKS_EXTENSION]: {} } } };
  const dying = await openTestClient(toServer(first), options);
  const begun = await dying.request('tools/call', { name: 'move', arguments: { to: 'Lyon' } });
  expect(begun).toMatchObject({ resultType: 'task', status: 'working' });
  await reached;
  await using second = await openSite();
  await first.die();
  await using client = await openTestClient(toServer(second), options);
  const task = await untilStatus(client, String(begun['taskId']), 'completed');
  expect(task['result']).toMatchObject({ structuredContent: { to: 'Lyon', boxes: 3 } });
  await dying.close();
});

test('another process can cancel a saga, see a parked one, and have it tried again', async () => {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let bank = 'closed';
  await using carrier = await openSite(async what => {
    if (what === 'drive') {
      reached.resolve();
      await gate.promise;
    }
    if (what === 'unpack' && bank === 'closed') throw new Error('the house is locked');
  });
  // Knows no saga, as the command that looks at them.
  await using watcher = await openPostgresSagaStore({
    connectionString: database.url,
    table: `sagas_${table}`,
    log,
  });
  const { id } = await carrier.sagas.start('move', { input: { to: 'Lyon' } });
  await reached.promise;
  expect(await watcher.wish(id, 'retry')).toBe(false);
  expect(await watcher.wish(id, 'cancel')).toBe(true);
  gate.resolve();
  await carrier.sagas.wait(id, patience());
  expect((await watcher.list({ status: 'parked' })).map(saga => saga.id)).toEqual([id]);
  bank = 'open';
  expect(await watcher.wish(id, 'retry')).toBe(true);
  await expect.poll(async () => (await watcher.get(id))?.status, { timeout: 20_000 }).toBe('compensated');
  expect(carrier.seen).toEqual(['pack', 'drive', 'unpack', 'unpack']);
});

test('a process that was cut off from the database for a while neither loses nor doubles anything', async () => {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  await using site = await openSite(async what => {
    if (what !== 'drive') return;
    reached.resolve();
    await gate.promise;
  });
  const { id } = await site.sagas.start('move', { input: { to: 'Lyon' } });
  await reached.promise;
  const admin = new Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user',
  );
  await admin.end();
  gate.resolve();
  expect(await site.sagas.wait(id, patience())).toMatchObject({ status: 'completed' });
  expect(site.seen).toEqual(['pack', 'drive']);
});

test('the same key of the same caller finds the saga from every process', async () => {
  await using one = await openSite();
  await using two = await openSite();
  const given = { input: { to: 'Lyon' }, owner: 'ann', idempotencyKey: 'k1' };
  const [a, b] = await Promise.all([one.sagas.start('move', given), two.sagas.start('move', given)]);
  expect(a.id).toBe(b.id);
  await one.sagas.wait(a.id, patience());
  expect([...one.seen, ...two.seen]).toEqual(['pack', 'drive']);
  await expect(two.sagas.start('move', { ...given, input: { to: 'Nice' } })).rejects.toThrow(
    'other arguments',
  );
});

test('a table that cannot be is refused', async () => {
  const options = { connectionString: database.url, table: 'a"; --' };
  await expect(openPostgresSagaStore(options)).rejects.toThrow('cannot name');
});
