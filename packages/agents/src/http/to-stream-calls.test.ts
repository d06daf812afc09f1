import type { RunEvent, RunSignal, ToolCall } from '@tramontane/engine';
import type { ConversationEvent } from '@tramontane/wire';
import { expect, test } from 'vitest';
import { toAnswer } from './to-answer.ts';
import { answered, AT, eventsOf, finished, started, turn } from './to-stream.fixture.ts';

// Calls that a stream tells while the model still writes them.

const TARGET = {
  kind: 'connector',
  connectorId: 'c1',
  connectorName: 'crm',
  tool: 'look.up',
  repeatable: false,
} as const;
const cancelled: RunEvent = { type: 'run.finished', at: AT, end: { reason: 'cancelled' } };

const call = (callId: string, args: string): ToolCall => ({
  entryId: `entry-${callId}`,
  callId,
  name: 'look_up',
  arguments: args,
  target: TARGET,
});
const piece = (callId: string, text: string): RunSignal => ({
  delta: {
    type: 'call.delta',
    entryId: `entry-${callId}`,
    callId,
    name: 'look_up',
    target: TARGET,
    text,
    model: 'm',
  },
});
const word = (entryId: string, text: string): RunSignal => ({
  delta: { type: 'message.delta', entryId, kind: 'text', text, model: 'm' },
});
const ran = (callId: string): RunEvent[] => [
  { type: 'tool.sent', at: AT, callId, key: callId },
  { type: 'tool.answered', at: AT, callId, outcome: { status: 'done', isError: false, content: [] } },
];

/** Each event as its type, its index and what it says of a call. */
const lines = (events: readonly ConversationEvent[]) =>
  events.flatMap(event =>
    'output_index' in event
      ? [event.type, event.output_index, 'arguments' in event ? event.arguments : ''].join(' ').trim()
      : [],
  );

test('arguments come in pieces: the first with the start, the others as deltas', async () => {
  const events = await eventsOf([
    started,
    piece('1', '{"a"'),
    piece('1', ':'),
    piece('1', '1}'),
    answered([call('1', '{"a":1}')]),
    ...ran('1'),
    answered([], { entryId: 'm1', content: 'Yes' }),
    finished,
  ]);
  expect(lines(events)).toEqual([
    'tool.execution.started 0 {"a"',
    'tool.execution.delta 0 :',
    'tool.execution.delta 0 1}',
    'tool.execution.done 0',
    'message.output.delta 1',
  ]);
  expect(events[1]).toMatchObject({ id: 'entry-1', name: 'look.up', model: 'm' });
  expect(events[2]).toMatchObject({ id: 'entry-1', name: 'look.up' });
});

test('what nobody heard of the arguments is one delta more', async () => {
  const events = await eventsOf([
    started,
    piece('1', ''),
    answered([call('1', '{}')]),
    ...ran('1'),
    finished,
  ]);
  expect(lines(events)).toEqual([
    'tool.execution.started 0',
    'tool.execution.delta 0 {}',
    'tool.execution.done 0',
  ]);
});

test('calls that are told early and calls that are not keep the order of the answer', async () => {
  const log = [answered([call('1', '{}'), call('2', '{}'), call('3', '{}')]), ...ran('3'), ...ran('1')];
  const end = [...ran('2'), answered([], { entryId: 'm2', content: 'Yes' }), finished];
  const events = await eventsOf([
    started,
    piece('1', '{'),
    piece('2', '{'),
    piece('1', '}'),
    piece('2', '}'),
    ...log,
    ...end,
  ]);
  expect(lines(events)).toEqual([
    'tool.execution.started 0 {',
    'tool.execution.started 1 {',
    'tool.execution.delta 0 }',
    'tool.execution.delta 1 }',
    'tool.execution.started 2 {}',
    'tool.execution.done 2',
    'tool.execution.done 0',
    'tool.execution.done 1',
    'message.output.delta 3',
  ]);
  const { outputs } = await toAnswer(turn([started, ...log, ...end]));
  expect(outputs.map(({ id }) => id)).toEqual(['entry-1', 'entry-2', 'entry-3', 'm2']);
});

test.each([
  ['heard as it was said', [piece('1', '{'), word('m1', 'So'), piece('1', '}')]],
  ['heard whole', []],
])('words after a call stand after it: %s', async (_how, said) => {
  const log = [answered([call('1', '{}')], { entryId: 'm1', content: 'So', afterCalls: 1 }), ...ran('1')];
  const events = await eventsOf([started, ...said, ...log, finished]);
  const byIndex = new Map(events.flatMap(event => ('id' in event ? [[event.output_index, event.id]] : [])));
  const { outputs } = await toAnswer(turn([started, ...log, finished]));
  expect([byIndex.get(0), byIndex.get(1)]).toEqual(['entry-1', 'm1']);
  expect(outputs.map(({ id }) => id)).toEqual(['entry-1', 'm1']);
});

test('a call that broke off ends, when the answer that was asked for again is there', async () => {
  const events = await eventsOf([
    started,
    piece('1', '{"a"'),
    piece('2', '{"a"'),
    piece('2', ':1}'),
    answered([call('2', '{"a":1}')]),
    ...ran('2'),
    finished,
  ]);
  expect(lines(events)).toEqual([
    'tool.execution.started 0 {"a"',
    'tool.execution.started 1 {"a"',
    'tool.execution.delta 1 :1}',
    'tool.execution.done 0',
    'tool.execution.done 1',
  ]);
  expect(events.find(event => event.type === 'tool.execution.done')).toMatchObject({
    id: 'entry-1',
    name: 'look.up',
    info: {
      connector_name: 'crm',
      tool_call_id: '1',
      status: 'failed',
      is_error: true,
      code: 'unfinished',
      content: [{ type: 'text', text: expect.stringContaining('did not finish') as string }],
    },
  });
});

test('no call is left without an end when the run ends in the middle of it', async () => {
  const events = await eventsOf([started, piece('1', '{'), piece('1', '"'), cancelled]);
  expect(lines(events)).toEqual([
    'tool.execution.started 0 {',
    'tool.execution.delta 0 "',
    'tool.execution.done 0',
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'conversation.response.error' });
});
