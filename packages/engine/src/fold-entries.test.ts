import { expect, it } from 'vitest';
import { answer, createScriptedPorts, driveOptions, START } from './drive-run.fixture.ts';
import { driveRun } from './drive-run.ts';
import type { RunEvent } from './events.ts';
import { foldEntries } from './fold-entries.ts';

const at = '2026-01-01T00:00:00.000Z';

it('leaves calls where the model made them, whatever order they ended in', async () => {
  const slow = Promise.withResolvers<void>();
  const { ports, log } = createScriptedPorts(
    answers => (answers === 0 ? answer([['read'], ['book'], ['ask']], 'I look.') : answer([], 'Done.')),
    {
      callTool: async call => {
        if (call.name === 'read') await slow.promise;
        else slow.resolve();
        return { status: 'done', isError: false, content: [] };
      },
    },
  );
  await driveRun(log, ports, driveOptions());
  const ended = log.flatMap(event => (event.type === 'tool.answered' ? event.callId : []));
  const entries = foldEntries(log, 'ag_1');
  expect(entries.map(({ kind }) => kind)).toEqual([
    'message.output',
    'tool.execution',
    'tool.execution',
    'function.call',
  ]);
  const executions = entries.flatMap(entry => (entry.kind === 'tool.execution' ? entry : []));
  expect(executions.map(({ name }) => name)).toEqual(['read', 'book']);
  expect(executions.map(({ callId }) => callId)).toEqual(ended.toReversed());
  expect(new Set(executions.map(entry => entry.answer)).size).toBe(1);
  expect(executions.every(entry => entry.agentId === 'ag_1')).toBe(true);
});

it('shows inputs, missing servers and nothing of a call under way', () => {
  const events: RunEvent[] = [
    {
      ...START,
      inputs: [
        { kind: 'message.input', id: 'i1', createdAt: at, role: 'user', content: 'Hi', prefix: false },
      ],
    },
    {
      type: 'tools.missing',
      at,
      entryId: 'e1',
      connectorId: 'c1',
      connectorName: 'shop',
      code: 'unreachable',
      message: 'away',
    },
    {
      type: 'model.answered',
      at,
      startedAt: at,
      answer: 'a',
      model: 'm',
      calls: [{ entryId: 'e2', callId: 'k1', name: 'x', arguments: '{}', target: { kind: 'none' } }],
      usage: { promptTokens: 1, completionTokens: 1 },
      finish: 'tool_calls',
    },
    { type: 'tool.sent', at, callId: 'k1', key: 'run:k1' },
  ];
  expect(foldEntries(events).map(({ id }) => id)).toEqual(['i1', 'e1']);
});

it('takes the time a call left from its first attempt', () => {
  const call = { entryId: 'e', callId: 'k', name: 'x', arguments: '{}', target: { kind: 'none' } } as const;
  const usage = { promptTokens: 1, completionTokens: 1 };
  const events: RunEvent[] = [
    START,
    {
      type: 'model.answered',
      at,
      startedAt: at,
      answer: 'a',
      model: 'm',
      calls: [call],
      usage,
      finish: 'tool_calls',
    },
    { type: 'tool.sent', at: 'first', callId: 'k', key: 'run:k' },
    {
      type: 'tool.answered',
      at: 'end',
      callId: 'k',
      outcome: { status: 'done', isError: false, content: [] },
      durationMs: 7,
    },
  ];
  expect(foldEntries(events)).toMatchObject([{ createdAt: 'first', completedAt: 'end', durationMs: 7 }]);
});
