import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openTestDatabase } from '@tramontane/testkit/database';
import { OPERATOR as caller } from '../../packages/agents/src/core/caller.ts';
import { createUuid } from '../../packages/agents/src/core/ids.ts';
import { openDatabase } from '../../packages/agents/src/store/database.ts';
import { createRequestKeyStore } from '../../packages/agents/src/store/request-key-store.ts';
import { openRunOwnership } from '../../packages/agents/src/store/run-ownership.ts';
import { openDatabaseProxy } from './database-proxy.ts';

async function open() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const proxy = await openDatabaseProxy(database.url);
  onTestFinished(() => proxy.close());
  const onError = () => undefined;
  const near = await openDatabase(database.url, { onError });
  onTestFinished(() => near.close());
  const far = await openDatabase(proxy.url, { onError });
  onTestFinished(() => far.close());
  // The process lives, as the others see it: its lock is held.
  const owner = createUuid();
  const ownership = await openRunOwnership(near.db, owner, { connect: () => near.connect(), onError });
  onTestFinished(() => ownership.close());
  return {
    proxy,
    store: createRequestKeyStore(far.db, owner),
    other: createRequestKeyStore(near.db, createUuid()),
  };
}

const newKey = () => ({ id: randomUUID(), digest: 'd', endpoint: 'POST /x' });
const call = () => ({ callKey: createUuid(), repeatable: true });

it('the end of a call that came while the database was away is written when it is back, for the others too', async () => {
  const { proxy, store, other } = await open();
  const key = newKey();
  const claimed = await store.claimCall(caller, key, call());
  proxy.cut();
  await expect(claimed?.settle({ said: 'done' })).rejects.toMatchObject({ code: 'database_away' });
  expect(await other.findCall(caller, key)).toEqual({ kind: 'running' });
  proxy.mend();
  await vi.waitFor(
    async () => expect(await other.findCall(caller, key)).toEqual({ kind: 'done', result: { said: 'done' } }),
    { timeout: 20_000 },
  );
});

it('a key whose claim was written and not answered is free again when the database is back', async () => {
  const { proxy, store, other } = await open();
  const key = newKey();
  // The statement arrives, and its answer is lost.
  proxy.loseAnswers();
  await expect(store.claimCall(caller, key, call())).rejects.toMatchObject({ code: 'database_away' });
  expect(await other.findCall(caller, key)).toEqual({ kind: 'running' });
  proxy.mend();
  await vi.waitFor(async () => expect(await other.findCall(caller, key)).toBeUndefined(), {
    timeout: 20_000,
  });
});
