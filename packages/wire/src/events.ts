import { z } from 'zod';
import { outputChunkSchema } from './chunks.ts';
import { conversationUsageSchema } from './conversations.ts';
import { CONFIRMATION_STATUSES } from './entries.ts';
import { timestampSchema } from './scalars.ts';

const head = { created_at: timestampSchema.optional() };
const outputHead = { ...head, id: z.string(), output_index: z.int().min(0) };
const nullableText = z.string().nullable().optional();

/** First event of every stream, sent at once: clients take the conversation's id from it. */
export const responseStartedEventSchema = z.strictObject({
  type: z.literal('conversation.response.started'),
  ...head,
  conversation_id: z.string(),
});

/** Last event of a turn that ended well, or that waits for the caller. */
export const responseDoneEventSchema = z.strictObject({
  type: z.literal('conversation.response.done'),
  ...head,
  usage: conversationUsageSchema,
});

/** Last event of a turn that failed after the stream began. */
export const responseErrorEventSchema = z.strictObject({
  type: z.literal('conversation.response.error'),
  ...head,
  message: z.string(),
  code: z.int(),
});

/** A piece of text, or one chunk of another type. `content_index` rises when the chunk changes. */
export const messageOutputDeltaEventSchema = z.strictObject({
  type: z.literal('message.output.delta'),
  ...outputHead,
  content_index: z.int().min(0),
  content: z.union([z.string(), outputChunkSchema]),
  role: z.literal('assistant'),
  model: nullableText,
  agent_id: nullableText,
});

export const toolExecutionStartedEventSchema = z.strictObject({
  type: z.literal('tool.execution.started'),
  ...outputHead,
  name: z.string(),
  arguments: z.string(),
  model: nullableText,
  agent_id: nullableText,
});

export const toolExecutionDeltaEventSchema = z.strictObject({
  type: z.literal('tool.execution.delta'),
  ...outputHead,
  name: z.string(),
  arguments: z.string(),
});

export const toolExecutionDoneEventSchema = z.strictObject({
  type: z.literal('tool.execution.done'),
  ...outputHead,
  name: z.string(),
  info: z.record(z.string(), z.unknown()).exactOptional(),
});

/** A piece of a call of the caller's function, or a call that waits for confirmation. `arguments` is a fragment. */
export const functionCallDeltaEventSchema = z.strictObject({
  type: z.literal('function.call.delta'),
  ...outputHead,
  name: z.string(),
  tool_call_id: z.string(),
  arguments: z.string(),
  confirmation_status: z.enum(CONFIRMATION_STATUSES).nullable().optional(),
  model: nullableText,
  agent_id: nullableText,
});

export const agentHandoffStartedEventSchema = z.strictObject({
  type: z.literal('agent.handoff.started'),
  ...outputHead,
  previous_agent_id: z.string(),
  previous_agent_name: z.string(),
});

export const agentHandoffDoneEventSchema = z.strictObject({
  type: z.literal('agent.handoff.done'),
  ...outputHead,
  next_agent_id: z.string(),
  next_agent_name: z.string(),
});

/**
 * An event of a conversation's stream. `output_index` belongs to one entry of one kind, with one id: clients rebuild
 * entries by grouping on it.
 */
export const conversationEventSchema = z.discriminatedUnion('type', [
  responseStartedEventSchema,
  responseDoneEventSchema,
  responseErrorEventSchema,
  messageOutputDeltaEventSchema,
  toolExecutionStartedEventSchema,
  toolExecutionDeltaEventSchema,
  toolExecutionDoneEventSchema,
  functionCallDeltaEventSchema,
  agentHandoffStartedEventSchema,
  agentHandoffDoneEventSchema,
]);
export type ConversationEvent = z.infer<typeof conversationEventSchema>;
export type ConversationEventType = ConversationEvent['type'];

/**
 * One event as it goes over the wire. SDKs need the `event` line and lose the last event without the blank line.
 * JSON has no raw line breaks, so the data is always one line.
 */
export function frameEvent(event: ConversationEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** A comment that keeps an idle connection open; clients skip it. */
export const COMMENT_PING = ': ping\n\n';
