import type { RunEvent, RunSignal, ToolCall } from '@tramontane/engine';
import type { ConversationEvent } from '@tramontane/wire';
import { expect, test } from 'vitest';
import { ApiError } from '../core/api-error.ts';
import { toAnswer } from './to-answer.ts';
import { answered, AT, eventsOf, finished, started, turn } from './to-stream.fixture.ts';

function call(callId: string, kind: 'connector' | 'caller'): ToolCall {
  const target =
    kind === 'caller'
      ? ({ kind } as const)
      : ({ kind, connectorId: 'c1', connectorName: 'crm', tool: 'look.up', repeatable: false } as const);
  return { entryId: `entry-${callId}`, callId, name: 'look_up', arguments: '{}', target };
}

const sent = (callId: string): RunEvent => ({ type: 'tool.sent', at: AT, callId, key: callId });
const result = (callId: string): RunEvent => ({
  type: 'tool.answered',
  at: AT,
  callId,
  outcome: { status: 'done', isError: false, content: [{ type: 'text', text: 'found' }] },
});
const delta = (entryId: string, text: string, kind: 'text' | 'thinking' = 'text'): RunSignal => ({
  delta: { type: 'message.delta', entryId, kind, text, model: 'm' },
});

const shapes = (events: readonly ConversationEvent[]) =>
  events.map(event => ('output_index' in event ? `${event.type} ${event.output_index}` : event.type));

test('text is told piece by piece, and not again when it is written down', async () => {
  const events = await eventsOf([
    started,
    delta('m1', 'Hello '),
    delta('m1', 'you'),
    answered([], { entryId: 'm1', content: 'Hello you' }),
    finished,
  ]);
  expect(shapes(events)).toEqual([
    'conversation.response.started',
    'message.output.delta 0',
    'message.output.delta 0',
    'conversation.response.done',
  ]);
});

test('what nobody heard while it was said is told whole', async () => {
  const events = await eventsOf([started, answered([], { entryId: 'm1', content: 'Hello' }), finished]);
  expect(events[1]).toMatchObject({ type: 'message.output.delta', content: 'Hello', id: 'm1' });
});

test('a change between thinking and text moves to the next piece of content', async () => {
  const events = await eventsOf([
    started,
    delta('m1', 'hm', 'thinking'),
    delta('m1', 'so', 'thinking'),
    delta('m1', 'Yes', 'text'),
    answered([], { entryId: 'm1', content: 'Yes' }),
    finished,
  ]);
  const indexes = events.flatMap(event => (event.type === 'message.output.delta' ? event.content_index : []));
  expect(indexes).toEqual([0, 0, 1]);
});

test('calls keep the places of the answer, in whatever order they end', async () => {
  const log = [
    started,
    answered([call('1', 'connector'), call('2', 'connector')]),
    sent('1'),
    sent('2'),
    result('2'),
    result('1'),
  ];
  const end = [answered([], { entryId: 'm1', content: 'done' }), finished];
  expect(shapes(await eventsOf([...log, ...end]))).toEqual([
    'conversation.response.started',
    'tool.execution.started 0',
    'tool.execution.started 1',
    'tool.execution.done 1',
    'tool.execution.done 0',
    'message.output.delta 2',
    'conversation.response.done',
  ]);
  const answer = await toAnswer(turn([...log, ...end]));
  expect(answer.outputs.map(({ id }) => id)).toEqual(['entry-1', 'entry-2', 'm1']);
});

test("a call of the caller's function ends the stream as done", async () => {
  const events = await eventsOf([
    started,
    answered([call('1', 'caller')]),
    { type: 'run.finished', at: AT, end: { reason: 'awaiting_caller' } },
  ]);
  expect(shapes(events)).toEqual([
    'conversation.response.started',
    'function.call.delta 0',
    'conversation.response.done',
  ]);
});

test('a call answered without being sent is told as begun and ended', async () => {
  const events = await eventsOf([started, answered([call('1', 'connector')]), result('1'), finished]);
  expect(shapes(events).slice(1, 3)).toEqual(['tool.execution.started 0', 'tool.execution.done 0']);
});

test("a tool goes by its own name, and its result is in the entry's info", async () => {
  const events = await eventsOf([
    started,
    answered([call('1', 'connector')]),
    sent('1'),
    result('1'),
    finished,
  ]);
  expect(events[2]).toMatchObject({
    name: 'look.up',
    info: { connector_name: 'crm', called_as: 'look_up', status: 'done', is_error: false },
  });
});

test.each([
  [
    'a failed run',
    [
      started,
      {
        type: 'run.finished',
        at: AT,
        end: { reason: 'failed', failure: { code: 'model_error', message: 'away', status: 429 } },
      } as const,
    ],
    undefined,
    429,
  ],
  [
    'a cancelled run',
    [started, { type: 'run.finished', at: AT, end: { reason: 'cancelled' } } as const],
    undefined,
    409,
  ],
  ['a run whose end was not heard', [started], undefined, 409],
  ['a server that stops', [started], new ApiError('stopping', 'stopping'), 503],
  ['a mistake of ours', [started], new Error('with a secret'), 500],
] as const)('%s ends the stream with an error', async (_name, items, error, code) => {
  const events = await eventsOf(items, error);
  const last = events.at(-1);
  expect(last).toMatchObject({ type: 'conversation.response.error', code });
  expect(JSON.stringify(last)).not.toContain('with a secret');
});

test('usage counts tokens of every answer and calls of every tool', async () => {
  const answer = await toAnswer(
    turn([
      started,
      answered([call('1', 'connector')]),
      sent('1'),
      result('1'),
      answered([], { entryId: 'm', content: 'x' }),
      finished,
    ]),
  );
  expect(answer.usage).toEqual({
    prompt_tokens: 6,
    completion_tokens: 4,
    total_tokens: 10,
    connector_tokens: null,
    connectors: { 'look.up': 1 },
  });
});
