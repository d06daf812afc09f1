import { z } from 'zod';
import { completionArgsSchema } from './completion-args.ts';
import { entrySchema, inputsSchema, messageEntrySchema, outputEntrySchema } from './entries.ts';
import { guardrailsSchema } from './guardrails.ts';
import { queryInt, queryJsonObject, querySchema } from './query.ts';
import { agentVersionSchema, metadataSchema, timestampSchema } from './scalars.ts';
import { toolEchoSchema, toolsSchema } from './tools.ts';

const nullableText = z.string().nullable();
const handoffExecution = z.enum(['client', 'server']);

/**
 * Body of `POST /v1/conversations`. Unknown keys are dropped, as upstream does here and only here. Exactly one of
 * `model` and `agent_id` must be given: the SDKs check nothing.
 */
export const startConversationSchema = z
  .object({
    inputs: inputsSchema,
    stream: z
      .boolean()
      .nullish()
      .transform(value => value ?? false),
    store: z
      .boolean()
      .nullish()
      .transform(value => value ?? true),
    handoff_execution: handoffExecution.nullish().transform(value => value ?? 'server'),
    completion_args: completionArgsSchema.nullable().exactOptional(),
    guardrails: guardrailsSchema.nullable().exactOptional(),
    metadata: metadataSchema.nullable().exactOptional(),
    tools: toolsSchema.nullable().exactOptional(),
    instructions: nullableText.exactOptional(),
    name: nullableText.exactOptional(),
    description: nullableText.exactOptional(),
    model: z.string().min(1).nullable().exactOptional(),
    agent_id: z.string().min(1).nullable().exactOptional(),
    agent_version: agentVersionSchema.nullable().exactOptional(),
  })
  .refine(body => (typeof body.model === 'string') !== (typeof body.agent_id === 'string'), {
    error: 'Give exactly one of model and agent_id',
    params: { type: 'value_error' },
  });
export type StartConversation = z.infer<typeof startConversationSchema>;
export type StartConversationInput = z.input<typeof startConversationSchema>;

export const toolConfirmationSchema = z.strictObject({
  tool_call_id: z.string(),
  confirmation: z.enum(['allow', 'deny']),
});
export type ToolConfirmation = z.infer<typeof toolConfirmationSchema>;

const runFields = {
  inputs: inputsSchema.nullable().exactOptional(),
  stream: z.boolean().default(false),
  store: z.boolean().default(true),
  handoff_execution: handoffExecution.default('server'),
  completion_args: completionArgsSchema.exactOptional(),
};

/** Body of `POST /v1/conversations/{conversation_id}`. Whether it may come without inputs depends on what is open. */
export const appendConversationSchema = z.strictObject({
  ...runFields,
  tool_confirmations: z.array(toolConfirmationSchema).nullable().exactOptional(),
});
export type AppendConversation = z.infer<typeof appendConversationSchema>;
export type AppendConversationInput = z.input<typeof appendConversationSchema>;

/** Body of `POST /v1/conversations/{conversation_id}/restart`. */
export const restartConversationSchema = z.strictObject({
  ...runFields,
  from_entry_id: z.string(),
  guardrails: guardrailsSchema.nullable().exactOptional(),
  metadata: metadataSchema.nullable().exactOptional(),
  agent_version: agentVersionSchema.nullable().exactOptional(),
});
export type RestartConversation = z.infer<typeof restartConversationSchema>;
export type RestartConversationInput = z.input<typeof restartConversationSchema>;

/** Tokens of a turn. `connectors` counts executions a tool; the total is prompt + completion + connector tokens. */
export const conversationUsageSchema = z.strictObject({
  prompt_tokens: z.int().min(0),
  completion_tokens: z.int().min(0),
  total_tokens: z.int().min(0),
  connector_tokens: z.int().min(0).nullable().optional(),
  connectors: z.record(z.string(), z.int().min(0)).nullable().optional(),
});
export type ConversationUsage = z.infer<typeof conversationUsageSchema>;

/** Answer to start, append and restart without streaming. */
export const conversationResponseSchema = z.strictObject({
  object: z.literal('conversation.response'),
  conversation_id: z.string(),
  outputs: z.array(outputEntrySchema),
  usage: conversationUsageSchema,
  guardrails: z.array(z.record(z.string(), z.unknown())).nullable().optional(),
});
export type ConversationResponse = z.infer<typeof conversationResponseSchema>;

const conversationHead = {
  object: z.literal('conversation'),
  id: z.string(),
  created_at: timestampSchema,
  updated_at: timestampSchema,
  name: nullableText.optional(),
  description: nullableText.optional(),
  metadata: metadataSchema.nullable().optional(),
};

export const agentConversationSchema = z.strictObject({
  ...conversationHead,
  agent_id: z.string(),
  agent_version: agentVersionSchema.nullable().optional(),
});
export type AgentConversation = z.infer<typeof agentConversationSchema>;

export const modelConversationSchema = z.strictObject({
  ...conversationHead,
  model: z.string(),
  instructions: nullableText.optional(),
  tools: z.array(toolEchoSchema).optional(),
  completion_args: completionArgsSchema.optional(),
  guardrails: guardrailsSchema.nullable().optional(),
});
export type ModelConversation = z.infer<typeof modelConversationSchema>;

/** A conversation with an agent or with a model, never with keys of both: SDKs guess the kind by counting keys. */
export const conversationSchema = z.union([agentConversationSchema, modelConversationSchema]);
export type Conversation = z.infer<typeof conversationSchema>;

/** Answer of `GET /v1/conversations/{conversation_id}/history`: every entry, in the order of appending. */
export const conversationHistorySchema = z.strictObject({
  object: z.literal('conversation.history'),
  conversation_id: z.string(),
  entries: z.array(entrySchema),
});
export type ConversationHistory = z.infer<typeof conversationHistorySchema>;

/** Answer of `GET /v1/conversations/{conversation_id}/messages`. */
export const conversationMessagesSchema = z.strictObject({
  object: z.literal('conversation.messages'),
  conversation_id: z.string(),
  messages: z.array(messageEntrySchema),
});
export type ConversationMessages = z.infer<typeof conversationMessagesSchema>;

/** Answer of `POST /v1/conversations/{conversation_id}/cancel`, which is this server's own. */
export const conversationCancellationSchema = z.strictObject({
  object: z.literal('conversation.cancellation'),
  conversation_id: z.string(),
  status: z.enum(['cancelled', 'cancelling', 'nothing_under_way']),
});
export type ConversationCancellation = z.infer<typeof conversationCancellationSchema>;

/** Query of `GET /v1/conversations`. The contract gives no bounds; these keep one answer finite. */
export const listConversationsQuerySchema = querySchema({
  page: queryInt({ min: 0 }).default(0),
  page_size: queryInt({ min: 1, max: 1000 }).default(100),
  metadata: queryJsonObject,
});
export type ListConversationsQuery = z.infer<typeof listConversationsQuerySchema>;
