import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { openTestDatabase } from '@tramontane/testkit/database';
import type { CallFailed, CallOutcome } from '../guard.ts';
import { createOnce } from '../once/create-once.ts';
import { createCall, quiet, toResult } from '../call.fixture.ts';
import { openPostgresOnceStore } from './open-postgres-once-store.ts';

async function openGuards(url: string, count: number) {
  const stores = await Promise.all(
    Array.from({ length: count }, () => openPostgresOnceStore({ connectionString: url, log: quiet })),
  );
  return {
    guards: stores.map(store => createOnce({ store, log: quiet })),
    close: () => Promise.all(stores.map(async store => store.close?.())),
  };
}

const whyOf = (outcome: CallOutcome | undefined): unknown =>
  (outcome as CallFailed).meta?.['io.tramontane/once'];

it('runs a call once in several processes that start together, and gives all of them its result', async () => {
  await using database = await openTestDatabase();
  const { guards, close } = await openGuards(database.url, 4);
  let runs = 0;
  const work = async () => toResult(`run ${(runs += 1)}`);
  for (let key = 0; key < 10; key += 1) {
    const idempotencyKey = `key-${key}`;
    const outcomes = await Promise.all(
      guards.map(async guard => guard.call?.(createCall({ idempotencyKey }), work)),
    );
    expect(new Set(outcomes.map(outcome => JSON.stringify(outcome))).size).toBe(1);
    expect(runs).toBe(key + 1);
  }
  const other = await guards[2]?.call?.(createCall({ idempotencyKey: 'key-0', args: { to: 'berta' } }), work);
  expect(whyOf(other)).toBe('other_arguments');
  await close();
});

it('frees a key, and forgets results whose time is over', async () => {
  await using database = await openTestDatabase();
  const store = await openPostgresOnceStore({ connectionString: database.url, log: quiet });
  expect(await store.claim('a', 'x')).toEqual({ kind: 'mine' });
  expect(await store.claim('a', 'x')).toEqual({ kind: 'running' });
  await store.release('a');
  expect(await store.claim('a', 'y')).toEqual({ kind: 'mine' });
  await store.settle('a', 'done');
  expect(await store.claim('a', 'y')).toEqual({ kind: 'done', result: 'done' });
  await onDatabase(database.url, `UPDATE tramontane_once SET forget_at = now()`);
  expect(await store.claim('a', 'z')).toEqual({ kind: 'mine' });
  await store.lose('a');
  expect(await store.claim('a', 'z')).toEqual({ kind: 'lost' });
  await store.close?.();
});

it('tells a call as lost whose process was killed, and does not run it again', async () => {
  await using database = await openTestDatabase();
  const program = fileURLToPath(new URL('./claim-and-hang.test-program.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, program, database.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const { guards, close } = await openGuards(database.url, 1);
  let runs = 0;
  const send = () =>
    guards[0]?.call?.(createCall({ signal: AbortSignal.timeout(20_000) }), () =>
      toResult(`run ${(runs += 1)}`),
    );
  const waiting = send();
  child.kill('SIGKILL');
  // What the clock of the database would say 15 seconds later.
  await onDatabase(database.url, `UPDATE tramontane_once SET lease_until = now()`);
  expect(whyOf(await waiting)).toBe('lost');
  expect(whyOf(await send())).toBe('lost');
  expect(runs).toBe(0);
  await close();
});

async function onDatabase(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
