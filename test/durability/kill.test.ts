import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestDatabase, type TestDatabase } from '@tramontane/testkit/database';
import { endOf, expectWhole } from './expect-whole.ts';
import { openKillRig, type KillRig, type Walk } from './kill-rig.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import { CALLS } from './scripted-model.ts';
import { TOOLS } from './tool-effects.ts';

// Servers are started again and again, which takes long on a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const steps = CALLS.flat();
const answers = CALLS.map((_, index) => index);
// Points that differ for the tools or the model but leave the same log are taken in part; npm run soak takes the rest.
const some = <T>(list: readonly T[]): T[] => list.filter((_, index) => index % 2 === 0);

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

const walk = () => rig.walk(async () => log);
const killAt = (...points: string[]) => {
  const [point, ...later] = points;
  if (point === undefined) return;
  rig.stage.arm(point, async () => {
    // What comes later is for the process that goes on with the run.
    await rig.kill(async () => killAt(...later));
  });
};

it('a run that nobody disturbs', async () => {
  const walked = await walk();
  expectWhole(walked);
  expect(walked).toMatchObject({ heard: 'done', resumed: 0, sentAgain: 0, unknown: 0 });
  expect(steps.map(({ step }) => endOf(walked, step, rig.effects).effect?.attempts)).toEqual([1, 1, 1, 1, 1]);
});

describe('killed while the model', () => {
  /** The model is asked while what a tool answered is being committed: that one answer may be lost, and no other. */
  const expectAtMostOneLost = (walked: Walk) => {
    expectWhole(walked);
    expect(walked).toMatchObject({ heard: 'cut', resumed: 1 });
    expect(walked.sentAgain + walked.unknown).toBeLessThanOrEqual(1);
  };

  it.each(answers)('is asked for answer %i', async answer => {
    killAt(`model ${answer} asked`);
    expectAtMostOneLost(await walk());
  });

  it.each(some(answers))('has given half of answer %i', async answer => {
    killAt(`model ${answer} half`);
    expectAtMostOneLost(await walk());
  });
});

describe('killed when a tool server', () => {
  /** The server had the call, so the log had it before; it gave no answer, so the call was open after the kill. */
  const expectCut = (walked: Walk, step: number, repeatable: boolean) => {
    expectWhole(walked);
    expect(walked).toMatchObject({ heard: 'cut', resumed: 1 });
    const { status, effect } = endOf(walked, step, rig.effects);
    expect(status).toBe(repeatable ? 'done' : 'unknown');
    expect(effect?.attempts).toBe(repeatable ? 2 : 1);
  };

  it.each(steps)('has call $step of $tool, not acted on yet', async ({ step, tool }) => {
    killAt(`call ${step} arrived`);
    expectCut(await walk(), step, TOOLS[tool].repeatable);
  });

  it.each(steps)('has acted on call $step of $tool, not answered yet', async ({ step, tool }) => {
    killAt(`call ${step} done`);
    expectCut(await walk(), step, TOOLS[tool].repeatable);
  });

  it.each(some(steps))('has just answered call $step of $tool', async ({ step }) => {
    killAt(`call ${step} answered`);
    const walked = await walk();
    expectWhole(walked);
    expect(endOf(walked, step, rig.effects).effect?.attempts).toBeGreaterThan(0);
  });
});

describe('killed, and killed again while it goes on', () => {
  it.each([
    ['call 3 done', 'model 2 asked'],
    ['model 3 half', 'model 3 asked'],
  ])('%s, then %s', async (...points) => {
    killAt(...points);
    const walked = await walk();
    expectWhole(walked);
    expect(walked.resumed).toBe(2);
  });

  it('a call that was cut twice was sent three times under one key, and acted once', async () => {
    killAt('call 4 done', 'call 4 done');
    const walked = await walk();
    expectWhole(walked);
    expect(walked.resumed).toBe(2);
    expect(endOf(walked, 4, rig.effects)).toMatchObject({
      status: 'done',
      effect: { attempts: 3, effects: 1 },
    });
  });
});

it('a client whose stream was cut reads the whole history after the restart, and appends to it', async () => {
  killAt('call 5 done');
  const walked = await walk();
  expectWhole(walked);
  expect(walked.heard).toBe('cut');
  const { status, outputs } = await rig.view().append(walked.conversationId, 'Once more.');
  expect(status).toBe(200);
  expect(outputs).toHaveLength(9);
  const history = await rig.view().history(walked.conversationId);
  expect(history.slice(0, walked.history.length)).toEqual(walked.history);
  expect(history).toHaveLength(walked.history.length + 10);
});
