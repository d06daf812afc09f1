import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { sql } from 'kysely';
import { Client } from 'pg';
import { useTestDatabase } from '@tramontane/testkit/database';
import { OPERATOR } from '../core/caller.ts';
import { createId, createUuid } from '../core/ids.ts';
import type { RunPlan } from '../core/run-plan.ts';
import { openDatabase } from './database.ts';
import { openRunOwnership, type RunOwnership } from './run-ownership.ts';
import { createRunStore } from './run-store.ts';

const caller = { ...OPERATOR, workspace: 'w', user: 'u' };
const plan: RunPlan = { model: 'm', instructions: '', tools: [], toolChoice: 'auto', settings: {} };
const target = {
  kind: 'model',
  model: 'm',
  instructions: null,
  tools: [],
  completionArgs: {},
  guardrails: null,
} as const;
const nobody = () => false;

const postgres = useTestDatabase(url => openDatabase(url, { onError: () => undefined }));
const opened: RunOwnership[] = [];
beforeEach(async () => {
  await Promise.all(opened.splice(0).map(each => each.close()));
  await postgres.database.db.deleteFrom('conversations').execute();
});
afterAll(async () => {
  await Promise.all(opened.splice(0).map(each => each.close()));
});

/**
 * One server: its id, its sign of life and the runs it starts. `keepers` are the connections it held the lock with; it
 * connects again when `network` lets it.
 */
async function openOwner(network: Promise<void> = Promise.resolve()) {
  const owner = createUuid();
  const keepers: Client[] = [];
  const ownership = await openRunOwnership(postgres.database.db, owner, {
    connect: async () => {
      if (keepers.length > 0) await network;
      const client = await postgres.database.connect();
      keepers.push(client);
      return client;
    },
    onError: () => undefined,
  });
  opened.push(ownership);
  const store = createRunStore(postgres.database, owner);
  const startRun = async () => {
    const id = createId('run');
    const first = { type: 'run.started', at: '', inputs: [] } as const;
    const conversation = {
      id: createId('conversation'),
      create: { target, name: null, description: null, metadata: null },
      inline: [],
    };
    await store.start(caller, { id, plan, first }, conversation);
    return id;
  };
  return { owner, ownership, startRun, store, keepers };
}

/** The driver keeps the session's number, and its types do not say so. */
function pidOf(client: Client): number {
  return 'processID' in client && typeof client.processID === 'number' ? client.processID : 0;
}

/** What a death looks like to the database: the session is gone. */
async function cutSession(client: Client | undefined): Promise<void> {
  const gone = new Promise<void>(resolve => void client?.once('end', () => resolve()));
  const other = new Client({ connectionString: postgres.url });
  await other.connect();
  const { rows } = await other.query<{ pid: number }>(
    "select pid from pg_locks where locktype = 'advisory' and granted and pid <> pg_backend_pid()",
  );
  const pid = client ? pidOf(client) : 0;
  expect(rows.map(row => row.pid)).toContain(pid);
  await other.query('select pg_terminate_backend($1, 5000)', [pid]);
  await other.end();
  await gone;
}

it('takes nothing from a process that lives', async () => {
  const [a, b] = [await openOwner(), await openOwner()];
  await a.startRun();
  expect(await b.ownership.claim(nobody)).toEqual([]);
});

it('takes the runs of a process that is gone, and only those under way', async () => {
  const [a, b] = [await openOwner(), await openOwner()];
  const [left, ended] = [await a.startRun(), await a.startRun()];
  await a.store.append({ id: ended, caller }, 1, [
    { type: 'run.finished', at: '', end: { reason: 'answered' } },
  ]);
  await a.ownership.close();
  expect(await b.ownership.claim(nobody)).toEqual([left]);
  expect(await b.ownership.claim(id => id === left)).toEqual([]);
});

it('of several processes that look at once one gets a run', async () => {
  const a = await openOwner();
  const runs = await Promise.all(Array.from({ length: 5 }, () => a.startRun()));
  const others = await Promise.all(Array.from({ length: 4 }, () => openOwner()));
  await a.ownership.close();
  // Each counts what it got as carried from then on, as a server does.
  const claims = await Promise.all(others.map(({ ownership }) => ownership.claim(nobody)));
  expect(claims.flat().toSorted()).toEqual(runs.toSorted());
});

it('goes on with runs of its own that it dropped, and leaves alone those it carries', async () => {
  const a = await openOwner();
  const [dropped, carried] = [await a.startRun(), await a.startRun()];
  expect(await a.ownership.claim(id => id === carried)).toEqual([dropped]);
});

it('takes the runs of one that took them over and died too', async () => {
  const [a, b, c] = [await openOwner(), await openOwner(), await openOwner()];
  const run = await a.startRun();
  await a.ownership.close();
  expect(await b.ownership.claim(nobody)).toEqual([run]);
  await b.ownership.close();
  expect(await c.ownership.claim(nobody)).toEqual([run]);
});

it('a process that lost its lock loses its runs to another, gets the lock again, and keeps what it starts then', async () => {
  const network = Promise.withResolvers<void>();
  const [a, b] = [await openOwner(network.promise), await openOwner()];
  const lost = await a.startRun();
  await cutSession(a.keepers[0]);
  expect(await b.ownership.claim(nobody)).toEqual([lost]);
  network.resolve();
  while (a.keepers.length < 2 || !(await isHeld(a.owner))) await sleep(5);
  const kept = await a.startRun();
  expect(await b.ownership.claim(id => id === lost)).toEqual([]);
  expect(await a.ownership.claim(id => id === kept)).toEqual([]);
});

it('a run that comes back to the process that carries it is not begun a second time there', async () => {
  const network = Promise.withResolvers<void>();
  const [a, b] = [await openOwner(network.promise), await openOwner()];
  const run = await a.startRun();
  await cutSession(a.keepers[0]);
  expect(await b.ownership.claim(nobody)).toEqual([run]);
  network.resolve();
  await b.ownership.close();
  expect(await a.ownership.claim(id => id === run)).toEqual([]);
  // It is its own again, so that it may drop it.
  expect(await a.ownership.claim(nobody)).toEqual([run]);
});

it('leaves no session behind when it is closed while it connects again', async () => {
  const network = Promise.withResolvers<void>();
  const a = await openOwner(network.promise);
  await cutSession(a.keepers[0]);
  await a.ownership.close();
  network.resolve();
  while (a.keepers.length < 2) await sleep(5);
  // Left open, it would hold the lock and keep the process from ending: this waits until the test's own limit.
  while ((await countSessions(a.keepers.map(pidOf))) > 0) await sleep(5);
  expect(await isHeld(a.owner)).toBe(false);
});

async function countSessions(pids: readonly number[]): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) from pg_stat_activity where pid = any(${pids})`.execute(postgres.database.db);
  return Number(rows[0]?.count);
}

/** Whether a session holds the lock of this owner: nobody else gets it then. */
async function isHeld(owner: string): Promise<boolean> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query<{ free: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as free',
    [`tramontane owner ${owner}`],
  );
  await client.end();
  return rows[0]?.free !== true;
}
