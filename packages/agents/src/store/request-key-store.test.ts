import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { sql } from 'kysely';
import { useTestDatabase } from '@tramontane/testkit/database';
import { OPERATOR } from '../core/caller.ts';
import { createUuid } from '../core/ids.ts';
import type { RequestKey } from '../core/request-key.ts';
import { openDatabase } from './database.ts';
import { createRequestKeyStore } from './request-key-store.ts';
import { openRunOwnership } from './run-ownership.ts';

const caller = { ...OPERATOR, workspace: 'w', user: 'u' };
const newKey = (): RequestKey => ({ id: randomUUID(), digest: 'd', endpoint: 'POST /x' });
const newCall = (repeatable = false) => ({ callKey: createUuid(), repeatable });

const postgres = useTestDatabase(url => openDatabase(url, { onError: () => undefined }));

/** A store of a process whose lock shows that it lives, until it dies. */
async function openProcess() {
  const owner = createUuid();
  const ownership = await openRunOwnership(postgres.database.db, owner, {
    connect: () => postgres.database.connect(),
    onError: () => undefined,
  });
  return { keys: createRequestKeyStore(postgres.database.db, owner), die: () => ownership.close() };
}

it('a call is claimed once, and its result is for everybody with the key', async () => {
  const [one, other] = await Promise.all([openProcess(), openProcess()]);
  const key = newKey();
  const claims = await Promise.all(
    [one, other, one, other].map(({ keys }) => keys.claimCall(caller, key, newCall())),
  );
  const [mine, ...more] = claims.filter(claim => claim !== undefined);
  expect(more).toEqual([]);
  for (const { keys } of [one, other]) expect(await keys.findCall(caller, key)).toEqual({ kind: 'running' });
  await mine?.settle({ said: 'a\0b' });
  for (const { keys } of [one, other])
    expect(await keys.findCall(caller, key)).toEqual({ kind: 'done', result: { said: 'a\0b' } });
  await Promise.all([one.die(), other.die()]);
});

it('a key belongs to its caller and its request', async () => {
  const { keys, die } = await openProcess();
  const key = newKey();
  await keys.claimCall(caller, key, newCall());
  expect(await keys.findCall({ ...caller, user: 'v' }, key)).toBeUndefined();
  expect(await keys.findCall({ ...caller, workspace: 'v' }, key)).toBeUndefined();
  expect(await keys.findCall(caller, { ...key, digest: 'e' })).toEqual({
    kind: 'other_request',
    endpoint: 'POST /x',
  });
  expect(await keys.findTurn(caller, { ...key, digest: 'e' })).toMatchObject({ kind: 'other_request' });
  await die();
});

it('a call of a process that died, or was lost, broke off; one of many takes it over', async () => {
  const [one, other] = await Promise.all([openProcess(), openProcess()]);
  const key = newKey();
  const call = newCall(true);
  await one.keys.claimCall(caller, key, call);
  await one.die();
  const found = await other.keys.findCall(caller, key);
  expect(found).toMatchObject({ kind: 'broken_off', ...call });
  const attempt = found && 'attempt' in found ? found.attempt : '';
  const taken = await Promise.all([1, 2, 3].map(() => other.keys.takeCallOver(key, attempt)));
  expect(taken.filter(claim => claim !== undefined)).toHaveLength(1);
  expect(await other.keys.findCall(caller, key)).toEqual({ kind: 'running' });
  await taken.find(claim => claim !== undefined)?.lose();
  expect(await other.keys.findCall(caller, key)).toMatchObject({ kind: 'broken_off', ...call });
  await other.die();
});

it('a released key is free', async () => {
  const { keys, die } = await openProcess();
  const key = newKey();
  await (await keys.claimCall(caller, key, newCall()))?.release();
  expect(await keys.findCall(caller, key)).toBeUndefined();
  expect(await keys.claimCall(caller, key, newCall())).toBeDefined();
  await die();
});

it('a key that was taken over is not free when it is released: the first attempt may have had its effect', async () => {
  const [one, other] = await Promise.all([openProcess(), openProcess()]);
  const key = newKey();
  const call = newCall(true);
  await one.keys.claimCall(caller, key, call);
  await one.die();
  const found = await other.keys.findCall(caller, key);
  await (await other.keys.takeCallOver(key, found && 'attempt' in found ? found.attempt : ''))?.release();
  expect(await other.keys.findCall(caller, key)).toMatchObject({ kind: 'broken_off', ...call });
  await other.die();
});

it('keys are forgotten after a day, and not before', async () => {
  const { keys, die } = await openProcess();
  const made = async (hoursAgo: number) => {
    const key = newKey();
    await keys.claimCall(caller, key, newCall());
    await sql`update tramontane.request_keys set made_at = now() - ${hoursAgo} * interval '1 hour' where id = ${key.id}`.execute(
      postgres.database.db,
    );
    return key;
  };
  const [old, young] = [await made(24.1), await made(23.9)];
  await keys.sweep();
  expect(await keys.findCall(caller, old)).toBeUndefined();
  expect(await keys.findCall(caller, young)).toMatchObject({ kind: 'running' });
  await die();
});
