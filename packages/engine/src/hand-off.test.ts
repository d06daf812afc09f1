import { expect, it } from 'vitest';
import { answer, createScriptedPorts, driveOptions, RESUMED, START, TARGETS } from './drive-run.fixture.ts';
import { driveRun, type RunPorts } from './drive-run.ts';
import type { RunEvent } from './events.ts';
import { foldEntries } from './fold-entries.ts';
import { failedFor, failedOutcome } from './tools.ts';

const agents = { previousAgentId: 'a', previousAgentName: 'A', nextAgentId: 'b', nextAgentName: 'B' };
const routeOf = (name: string) =>
  name.startsWith('to_') ? { target: { kind: 'handoff' as const, agentId: name.slice(3) } } : undefined;
const handOff: RunPorts['handOff'] = async () => ({ ...agents, plan: {} });
const kinds = (log: readonly RunEvent[]) => foldEntries(log).map(({ kind }) => kind);

it('tools of the answer come first, then the next agent is asked', async () => {
  const { ports, log } = createScriptedPorts(
    answers => (answers === 0 ? answer([['to_b'], ['read']], 'Over to B.') : answer([], 'I am B.')),
    { routeOf, handOff },
  );
  expect(await driveRun(log, ports, driveOptions())).toEqual({ reason: 'answered' });
  expect(log.map(({ type }) => type).slice(1, -2)).toEqual([
    'model.answered',
    'tool.sent',
    'tool.answered',
    'agent.handed_off',
  ]);
  // In the order in which the model asked for them.
  expect(kinds(log)).toEqual(['message.output', 'agent.handoff', 'tool.execution', 'message.output']);
});

it('without a plan the run ends there: the caller goes on', async () => {
  const { ports, log, requests } = createScriptedPorts(() => answer([['to_b']]), {
    routeOf,
    handOff: async () => agents,
  });
  expect(await driveRun(log, ports, driveOptions())).toEqual({ reason: 'handed_off' });
  expect(requests).toHaveLength(1);
  expect(kinds(log)).toEqual(['agent.handoff']);
});

it('a chain has an end, which the model is told', async () => {
  const { ports, log } = createScriptedPorts(
    answers => (answers < 4 ? answer([['to_b']]) : answer([], 'I stay.')),
    { routeOf, handOff },
  );
  expect(await driveRun(log, ports, driveOptions({ maxHandoffs: 3 }))).toEqual({ reason: 'answered' });
  expect(kinds(log)).toEqual([
    ...Array.from({ length: 3 }, () => 'agent.handoff'),
    'tool.execution',
    'message.output',
  ]);
  expect(foldEntries(log)[3]).toMatchObject({ outcome: { code: 'handoff_limit' } });
});

it('nobody takes over while a call of the same answer waits for a person', async () => {
  const confirmed = { target: TARGETS['send'] ?? { kind: 'none' }, confirmation: { definition: 'd' } };
  const { ports, log } = createScriptedPorts(() => answer([['pay'], ['to_b']]), {
    routeOf: name => (name === 'pay' ? confirmed : routeOf(name)),
    handOff,
  });
  expect(await driveRun(log, ports, driveOptions())).toEqual({ reason: 'awaiting_caller' });
  expect(kinds(log)).toEqual(['function.call', 'tool.execution']);
  expect(foldEntries(log)[1]).toMatchObject({ outcome: { code: 'calls_waiting' } });
});

it('what does not come about is read by the same agent', async () => {
  const { ports, log } = createScriptedPorts(
    answers => (answers === 0 ? answer([['to_b']]) : answer([], 'Alone.')),
    {
      routeOf,
      handOff: async () => ({ refused: failedOutcome('agent_gone', 'gone') }),
    },
  );
  expect(await driveRun(log, ports, driveOptions())).toEqual({ reason: 'answered' });
  expect(kinds(log)).toEqual(['tool.execution', 'message.output']);
});

it('what ends the run leaves the handoff unmade, and nobody is asked again', async () => {
  const failure = { code: 'blocked', message: 'Not for B.' };
  const { ports, log, requests } = createScriptedPorts(() => answer([['to_b'], ['to_c']]), {
    routeOf,
    handOff: async () => ({ refused: failedFor('blocked', 'no'), failure }),
  });
  expect(await driveRun(log, ports, driveOptions())).toEqual({ reason: 'failed', failure });
  expect(requests).toHaveLength(1);
  expect(kinds(log)).toEqual(['tool.execution', 'tool.execution']);
});

it('goes on from every position, and hands over once', async () => {
  const script = (answers: number) => (answers === 0 ? answer([['to_b'], ['to_c']]) : answer([], 'B.'));
  const whole = createScriptedPorts(script, { routeOf, handOff });
  await driveRun(whole.log, whole.ports, driveOptions());
  for (let position = 1; position < whole.log.length; position += 1) {
    const next = createScriptedPorts(script, {
      routeOf,
      handOff,
      log: [...whole.log.slice(0, position), RESUMED],
      life: 'b',
    });
    expect(await driveRun(next.log, next.ports, driveOptions())).toEqual({ reason: 'answered' });
    expect(next.log[0]).toBe(START);
    expect(next.log.filter(({ type }) => type === 'agent.handed_off')).toHaveLength(1);
    expect(kinds(next.log)).toEqual(['agent.handoff', 'tool.execution', 'message.output']);
  }
});
