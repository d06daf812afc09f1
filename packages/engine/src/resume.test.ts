import { expect, it } from 'vitest';
import {
  answer,
  createRandom,
  createScriptedPorts,
  createToolWorld,
  driveOptions,
  RESUMED,
  START,
  TARGETS,
  type Call,
  type ToolWorld,
} from './drive-run.fixture.ts';
import { driveRun } from './drive-run.ts';
import type { RunEvent } from './events.ts';
import { foldEntries } from './fold-entries.ts';

type Program = readonly (readonly Call[])[];

/** A model that follows the program, in words of this life. */
const follow = (program: Program, life: string) => (answers: number) =>
  answer(program[answers] ?? [], `${life} says ${answers}`);

/** What must hold of a log that has ended, whatever happened on the way. */
function expectWhole(log: readonly RunEvent[], world: ToolWorld): void {
  expect(log.at(-1)?.type).toBe('run.finished');
  expect(log.filter(({ type }) => type === 'run.finished')).toHaveLength(1);
  const calls = log.flatMap(event => (event.type === 'model.answered' ? event.calls : []));
  const answers = log.flatMap(event => (event.type === 'tool.answered' ? [event] : []));
  // Every call that is the server's is answered, and answered once.
  expect(answers.map(({ callId }) => callId).toSorted()).toEqual(
    calls
      .filter(({ target }) => target.kind !== 'caller')
      .map(({ callId }) => callId)
      .toSorted(),
  );
  const entries = foldEntries(log);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  expect(entries.filter(({ kind }) => kind === 'tool.execution' || kind === 'function.call')).toHaveLength(
    calls.length,
  );
  for (const { callId, outcome } of answers) {
    const call = calls.find(each => each.callId === callId);
    const seen = world.byKey.get(`run:${callId}`);
    const repeatable = call?.target.kind === 'connector' && call.target.repeatable;
    expect(seen?.effects ?? 0).toBeLessThanOrEqual(1);
    if (!repeatable) expect(seen?.attempts ?? 0).toBeLessThanOrEqual(1);
    if (repeatable) expect(outcome.status).not.toBe('unknown');
    if (outcome.status === 'done') expect(seen?.attempts).toBeGreaterThan(0);
  }
  for (const key of world.byKey.keys()) expect(answers.map(({ callId }) => `run:${callId}`)).toContain(key);
}

const PROGRAM: Program = [
  [['read'], ['book']],
  [['send'], ['nobody'], ['book']],
  [['send', '{'], ['send']],
  [],
];

it('goes on from every position of a recorded log', async () => {
  const whole = createScriptedPorts(follow(PROGRAM, 'first'));
  await driveRun(whole.log, whole.ports, driveOptions());
  expect(whole.log.length).toBeGreaterThan(15);

  for (let position = 1; position < whole.log.length; position += 1) {
    const kept = whole.log.slice(0, position);
    const answered = new Set(kept.flatMap(event => (event.type === 'tool.answered' ? event.callId : [])));
    const open = kept.flatMap(event =>
      event.type === 'tool.sent' && !answered.has(event.callId) ? [event.callId] : [],
    );
    // The process died with these under way: with their effects done, or not.
    for (const arrived of [true, false]) {
      const world = createToolWorld();
      const calls = kept.flatMap(event => (event.type === 'model.answered' ? event.calls : []));
      for (const call of calls) {
        const wasSent = kept.some(event => event.type === 'tool.sent' && event.callId === call.callId);
        if (wasSent && (arrived || answered.has(call.callId))) world.call(call, `run:${call.callId}`);
      }
      const next = createScriptedPorts(follow(PROGRAM, 'second'), {
        log: [...kept, RESUMED],
        world,
        life: 'b',
      });
      expect(await driveRun(next.log, next.ports, driveOptions())).toEqual({ reason: 'answered' });

      expect(next.log.slice(0, position)).toEqual(kept);
      expectWhole(next.log, world);
      for (const callId of open) {
        const call = calls.find(each => each.callId === callId);
        const repeatable = call?.name !== 'send';
        const end = next.log.find(event => event.type === 'tool.answered' && event.callId === callId);
        expect(end).toMatchObject({ outcome: { status: repeatable ? 'done' : 'unknown' } });
        expect(world.byKey.get(`run:${callId}`)?.attempts ?? 0).toBe(
          (arrived ? 1 : 0) + (repeatable ? 1 : 0),
        );
        // Sent again it is the same call: not written down as sent twice.
        expect(next.log.filter(event => event.type === 'tool.sent' && event.callId === callId)).toHaveLength(
          1,
        );
      }
    }
  }
});

it('random programs through random crashes: whole, nothing twice, nothing lost', async () => {
  let crashes = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = createRandom(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const names = [...Object.keys(TARGETS).filter(name => name !== 'ask'), 'nobody'];
    const program = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
      Array.from({ length: 1 + Math.floor(random() * 4) }, (): Call => [
        pick(names),
        pick(['{}', '{}', '{}', '{']),
      ]),
    );
    if (random() < 0.2) program.push([['ask'], ['send']]);

    const world = createToolWorld();
    let log: RunEvent[] = [START];
    for (let life = 0; ; life += 1) {
      // A life ends at a write: before it is kept, or after it and before anybody hears of it.
      const crashAt = life < 5 ? log.length + Math.floor(random() * 8) : Number.POSITIVE_INFINITY;
      const kept = random() < 0.5;
      const committed = [...log];
      const scripted = createScriptedPorts(follow(program, `life ${life}`), {
        log,
        world,
        life: `${life}-`,
        append: async (seq, events) => {
          if (seq + events.length > crashAt) {
            if (kept) committed.push(...events);
            throw new Error('crashed');
          }
          committed.push(...events);
        },
      });
      const limits = { maxParallelCalls: 1 + Math.floor(random() * 4) };
      const end = await driveRun(log, scripted.ports, driveOptions(limits)).catch(
        (error: Error) => error.message,
      );
      if (end !== 'crashed') {
        log = scripted.log;
        break;
      }
      crashes += 1;
      log = [...committed, RESUMED];
      if (committed.at(-1)?.type === 'run.finished') {
        log = committed;
        break;
      }
    }
    expectWhole(log, world);
  }
  expect(crashes).toBeGreaterThan(300);
});
