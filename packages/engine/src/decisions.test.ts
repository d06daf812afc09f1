import { expect, it } from 'vitest';
import {
  answer,
  createScriptedPorts,
  createToolWorld,
  driveOptions,
  RESUMED,
  START,
  TARGETS,
} from './drive-run.fixture.ts';
import { driveRun } from './drive-run.ts';
import type { FunctionCall } from './entries.ts';
import type { Decision, RunEvent } from './events.ts';
import { foldEntries, foldOutputs } from './fold-entries.ts';
import { REFUSAL, type CallRoute } from './tools.ts';

const confirmation = { definition: 'as it was' };
const route: CallRoute = { target: TARGETS['send'] ?? { kind: 'none' }, confirmation };
const held = (n: number, word: Decision['confirmation']): Decision => ({
  confirmation: word,
  call: { entryId: `call-${n}`, callId: `k${n}`, name: 'send', arguments: '{}', ...route },
  entryId: `${word}-${n}`,
  model: 'm',
});
const stillOpen: FunctionCall = {
  kind: 'function.call',
  id: 'call-9',
  callId: 'k9',
  name: 'send',
  arguments: '{}',
  createdAt: START.at,
  confirmation: { status: 'pending', ...route },
};

it('a call that needs a word ends the run; the others of its answer run', async () => {
  const { ports, log, world } = createScriptedPorts(() => answer([['send'], ['read']]), {
    routeOf: name => (name === 'send' ? route : undefined),
  });
  expect(await driveRun(log, ports, driveOptions())).toEqual({ reason: 'awaiting_caller' });
  expect([...world.byKey.values()].map(({ tool }) => tool)).toEqual(['read']);
  expect(foldEntries(log)).toMatchObject([
    { kind: 'function.call', confirmation: { status: 'pending', ...route } },
    { kind: 'tool.execution', name: 'read' },
  ]);
});

it('what was allowed runs first, what was denied never, and then the model is asked', async () => {
  const start: RunEvent = { ...START, decisions: [held(1, 'allowed'), held(2, 'denied')] };
  const { ports, log, world, requests } = createScriptedPorts(() => answer([], 'Done.'), {
    log: [start],
    toolChoice: 'required',
  });
  expect(await driveRun(log, ports, driveOptions())).toEqual({ reason: 'answered' });
  expect([...world.byKey.keys()]).toEqual(['run:k1']);
  // The choice was forced when the turn began: it goes on freely.
  expect(requests).toMatchObject([{ toolChoice: 'auto' }]);
  expect(foldEntries(log)).toMatchObject([
    { kind: 'tool.execution', id: 'allowed-1', callId: 'k1', outcome: { status: 'done' } },
    { kind: 'function.result', id: 'denied-2', callId: 'k2', result: REFUSAL },
    { kind: 'message.output', content: 'Done.' },
  ]);
});

it('while calls wait on, the model is not asked', async () => {
  const start: RunEvent = { ...START, decisions: [held(1, 'allowed')], stillOpen: [stillOpen] };
  const { ports, log, requests } = createScriptedPorts(() => answer([]), { log: [start] });
  expect(await driveRun(log, ports, driveOptions())).toEqual({ reason: 'awaiting_caller' });
  expect(requests).toEqual([]);
  expect(foldOutputs(log).map(({ id }) => id)).toEqual(['allowed-1']);
});

it('goes on from every position: what was allowed leaves once, and is never lost', async () => {
  const start: RunEvent = { ...START, decisions: [held(1, 'allowed'), held(2, 'denied')] };
  const whole = createScriptedPorts(() => answer([], 'Done.'), { log: [start] });
  await driveRun(whole.log, whole.ports, driveOptions());
  for (let position = 1; position < whole.log.length; position += 1) {
    const kept = whole.log.slice(0, position);
    const sent = kept.some(({ type }) => type === 'tool.sent');
    const world = createToolWorld();
    if (sent) world.call(held(1, 'allowed').call, 'run:k1');
    const next = createScriptedPorts(() => answer([], 'Done.'), {
      log: [...kept, RESUMED],
      world,
      life: 'b',
    });
    expect(await driveRun(next.log, next.ports, driveOptions())).toEqual({ reason: 'answered' });
    expect(world.byKey.get('run:k1')).toMatchObject({ attempts: 1, effects: 1 });
    const answered = kept.some(({ type }) => type === 'tool.answered');
    expect(foldEntries(next.log)[0]).toMatchObject({
      callId: 'k1',
      outcome: { status: sent && !answered ? 'unknown' : 'done' },
    });
  }
});

it('history and inputs stand before the outputs, and are none of them', () => {
  const message = {
    kind: 'message.input',
    createdAt: START.at,
    role: 'user',
    content: 'Hi',
    prefix: false,
  } as const;
  const start: RunEvent = {
    ...START,
    history: [{ ...message, id: 'old' }],
    inputs: [{ ...message, id: 'new' }],
    decisions: [held(2, 'denied')],
  };
  expect(foldEntries([start]).map(({ id }) => id)).toEqual(['old', 'denied-2', 'new']);
  expect(foldOutputs([start]).map(({ id }) => id)).toEqual(['denied-2']);
});
