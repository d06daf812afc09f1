import { expect, test } from 'vitest';
import { startConversationSchema } from './conversations.ts';
import { COMMENT_PING, conversationEventSchema, frameEvent, type ConversationEvent } from './events.ts';
import { cannedClient, unknownParts } from './testing/canned-client.ts';

const at = '2026-08-01T10:00:00.000Z';
const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

const events: ConversationEvent[] = [
  { type: 'conversation.response.started', created_at: at, conversation_id: 'conv_1' },
  { type: 'tool.execution.started', id: 't', output_index: 0, name: 'q', arguments: '{}', model: null },
  { type: 'tool.execution.delta', id: 't', output_index: 0, name: 'q', arguments: '{}' },
  { type: 'tool.execution.done', id: 't', output_index: 0, name: 'q', info: { is_error: false } },
  {
    type: 'agent.handoff.started',
    id: 'h',
    output_index: 1,
    previous_agent_id: 'a',
    previous_agent_name: 'A',
  },
  { type: 'agent.handoff.done', id: 'h', output_index: 1, next_agent_id: 'b', next_agent_name: 'B' },
  {
    type: 'message.output.delta',
    id: 'm',
    output_index: 2,
    content_index: 0,
    role: 'assistant',
    content: 'line\nbreak \u2028',
  },
  {
    type: 'message.output.delta',
    id: 'm',
    output_index: 2,
    content_index: 1,
    role: 'assistant',
    content: { type: 'tool_reference', tool: 't', title: 'T' },
  },
  {
    type: 'function.call.delta',
    id: 'f',
    output_index: 3,
    name: 'f',
    tool_call_id: 'abcdefghi',
    arguments: '{"a":',
    confirmation_status: 'pending',
  },
  { type: 'conversation.response.error', message: 'm', code: 500 },
  { type: 'conversation.response.done', usage },
];

test('every framed event reaches the official SDK as its own kind (4)', async () => {
  for (const event of events) expect(conversationEventSchema.parse(event)).toEqual(event);
  const body = COMMENT_PING + events.map(frameEvent).join(COMMENT_PING);
  const { client, sent } = cannedClient(200, body, 'text/event-stream');
  const got: unknown[] = [];
  for await (const event of await client.beta.conversations.startStream({ agentId: 'a', inputs: 'x' }))
    got.push(event);
  expect(unknownParts(got)).toEqual([]);
  expect(got).toMatchObject(events.map(({ type }) => ({ event: type, data: { type } })));
  expect(startConversationSchema.parse(sent[0]?.body)).toMatchObject({ stream: true, store: true });
});
