import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '@tramontane/testkit/database';
import { openKillRig, type KillRig, type Walk } from './kill-rig.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import { CALLS } from './scripted-model.ts';
import { TOOLS } from './tool-effects.ts';

const steps = CALLS.flat();
const answers = CALLS.map((_, index) => index);

let database: TestDatabase;
let rig: KillRig;
let log: RunLog;
beforeAll(async () => {
  database = await openTestDatabase();
  rig = await openKillRig({
    environment: { DATABASE_URL: database.url },
  });
  log = await openRunLog(database.url);
});
afterAll(async () => {
  await log?.close();
  await rig?.close();
  await database?.close();
});

const walk = () => rig.walk(async () => log);
const killAt = (point: string) => rig.stage.arm(point, () => rig.kill());

/** What holds wherever a run was cut. */
function expectWhole(walked: Walk): void {
  expect(walked.problems).toEqual([]);
  expect(walked.events.map(({ seq }) => seq)).toEqual(walked.events.map((_, index) => index));
  expect(walked.events[0]?.type).toBe('run.started');
  expect(walked.events.findIndex(({ type }) => type === 'run.finished')).toBe(walked.events.length - 1);
}

/** How a call ended, as the history tells it. */
function statusOf(walked: Walk, step: number): unknown {
  return walked.history.find(({ arguments: args }) => args?.includes(`"step":${step},`))?.info?.status;
}

function effectOf(walked: Walk, step: number) {
  const entry = walked.history.find(({ arguments: args }) => args?.includes(`"step":${step},`));
  return rig.effects.byKey.get(`${walked.runId}:${entry?.info?.tool_call_id}`);
}

it('a run that nobody disturbs', async () => {
  const walked = await walk();
  expectWhole(walked);
  expect(walked).toMatchObject({ heard: 'done', resumed: 0, sentAgain: 0, unknown: 0 });
  expect(steps.map(({ step }) => effectOf(walked, step)?.attempts)).toEqual([1, 1, 1, 1, 1]);
});

describe('killed while the model', () => {
  it.each(answers)('is asked for answer %i', async answer => {
    killAt(`model ${answer} asked`);
    const walked = await walk();
    expectWhole(walked);
    expect(walked).toMatchObject({ heard: 'cut', resumed: 1, sentAgain: 0, unknown: 0 });
  });
  it.each(answers)('has given half of answer %i', async answer => {
    killAt(`model ${answer} half`);
    const walked = await walk();
    expectWhole(walked);
    expect(walked).toMatchObject({ heard: 'cut', resumed: 1, sentAgain: 0, unknown: 0 });
  });
});

describe('killed when a tool server', () => {
  it.each(steps)('has call $step of $tool, not acted on yet', async ({ step, tool }) => {
    killAt(`call ${step} arrived`);
    await expectCut(await walk(), step, TOOLS[tool].repeatable);
  });
  it.each(steps)('has acted on call $step of $tool, not answered yet', async ({ step, tool }) => {
    killAt(`call ${step} done`);
    await expectCut(await walk(), step, TOOLS[tool].repeatable);
  });
  it.each(steps)('has just answered call $step of $tool', async ({ step }) => {
    killAt(`call ${step} answered`);
    const walked = await walk();
    expectWhole(walked);
    expect(effectOf(walked, step)?.attempts).toBeGreaterThan(0);
  });

  /** The tool server had the call, so the log had it before; there was no answer, so it was open after the kill. */
  async function expectCut(walked: Walk, step: number, repeatable: boolean): Promise<void> {
    expectWhole(walked);
    expect(walked).toMatchObject({ heard: 'cut', resumed: 1 });
    expect(statusOf(walked, step)).toBe(repeatable ? 'done' : 'unknown');
    expect(effectOf(walked, step)?.attempts).toBe(repeatable ? 2 : 1);
  }
});
