import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestDatabase, type TestDatabase } from '@tramontane/testkit/database';
import { expectWhole } from './expect-whole.ts';
import { openKillRig, type KillRig } from './kill-rig.ts';
import { openRunLog, type RunLog } from './run-log.ts';

// Servers are started again and again, which takes long on a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let database: TestDatabase;
let rig: KillRig;
let log: RunLog;
beforeAll(async () => {
  database = await openTestDatabase();
  rig = await openKillRig({ environment: { DATABASE_URL: database.url } });
  log = await openRunLog(database.url);
});
afterAll(async () => {
  await log?.close();
  await rig?.close();
  await database?.close();
});

/** Position of the last event of a run that nobody disturbs: five calls, four answers, start and end. */
const LAST = 15;

/**
 * Kills the server while it writes event `seq`, which waits in the database.
 * - `lost`: the write never happens.
 * - `late`: it is committed by the database when its process is already dead.
 * - `race`: it waits until the next process wants the same position, and one of them gets it.
 */
async function walkThrough(seq: number, write: 'lost' | 'late' | 'race') {
  const background: Promise<void>[] = [];
  rig.stage.arm('model 0 asked', async () => {
    const block = await log.block(await log.runningRun(), seq);
    const act = async () => {
      const [session] = await block.waiting(1);
      await rig.kill(async () => {
        if (write === 'race') background.push(block.waiting(2).then(() => block.release()));
        if (write === 'lost' && session !== undefined) await block.cut(session);
        if (write !== 'race') await block.release();
      });
    };
    background.push(act());
  });
  const walked = await rig.walk(async () => log);
  for (const each of background) await each;
  expectWhole(walked);
  expect(walked.heard).toBe('cut');
  return { ...walked, resumedAt: walked.events.findIndex(({ type }) => type === 'run.resumed') };
}

describe('killed between two events', () => {
  it.each(Array.from({ length: LAST }, (_, index) => index + 1))('before %i is written', async seq => {
    const { resumed, resumedAt } = await walkThrough(seq, 'lost');
    expect(resumed).toBe(1);
    // Events written together are there together or not at all.
    expect(resumedAt).toBeLessThanOrEqual(seq);
  });
});

describe('killed while an event is on its way to the disk', () => {
  it.each([1, 3, 12])('%i is committed after the process is dead', async seq => {
    const { resumed, resumedAt } = await walkThrough(seq, 'late');
    expect(resumed).toBe(1);
    expect(resumedAt).toBeGreaterThan(seq);
  });

  it('the end is committed after the process is dead: there is nothing to go on with', async () => {
    expect((await walkThrough(LAST, 'late')).resumed).toBe(0);
  });

  it('a late write and the next owner want the same position: one gets it, and the run goes on', async () => {
    const { resumed } = await walkThrough(12, 'race');
    expect(resumed).toBe(1);
  });
});
