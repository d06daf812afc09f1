import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openTestDatabase, type TestDatabase } from '@tramontane/testkit/database';
import { createRandom } from './random.ts';
import { openStand, type Stand } from './sequences/open-stand.ts';
import { runSequence } from './sequences/run-sequence.ts';

// Servers are started again and again, which takes long on a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let database: TestDatabase;
let stand: Stand;
beforeAll(async () => {
  database = await openTestDatabase();
  stand = await openStand(database.url, createRandom(1));
});
afterAll(async () => {
  await stand?.close();
  await database?.close();
});

it.each([1, 2, 3])(
  'whatever is done to conversations, and wherever the server dies, their histories are what was streamed: seed %i',
  async seed => {
    const { problems, told, kills } = await runSequence(stand, { seed, operations: 25, kills: 2 });
    expect(problems, `Seed ${seed}:\n${told.join('\n')}`).toEqual([]);
    expect(kills).toBeGreaterThanOrEqual(1);
  },
);
