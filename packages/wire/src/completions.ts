import { z } from 'zod';
import {
  audioChunkSchema,
  documentUrlChunkSchema,
  fileChunkSchema,
  imageUrlChunkSchema,
  referenceChunkSchema,
  textChunkSchema,
  thinkingChunkSchema,
} from './chunks.ts';
import {
  penaltySchema,
  predictionSchema,
  reasoningEffortSchema,
  responseFormatSchema,
  stopSchema,
  toolChoiceSchema,
} from './completion-args.ts';
import { guardrailsSchema } from './guardrails.ts';
import { integer, metadataSchema } from './scalars.ts';
import { toolsSchema } from './tools.ts';

const contentChunkSchema = z.discriminatedUnion('type', [
  textChunkSchema,
  imageUrlChunkSchema,
  documentUrlChunkSchema,
  referenceChunkSchema,
  fileChunkSchema,
  thinkingChunkSchema,
  audioChunkSchema,
]);
const content = z.union([z.string(), z.array(contentChunkSchema)]).nullable();

export const chatToolCallSchema = z.strictObject({
  id: z.string().default('null'),
  type: z.literal('function').default('function'),
  function: z.strictObject({
    name: z.string(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]),
  }),
  index: z.int().min(0).default(0),
});
export type ChatToolCall = z.infer<typeof chatToolCallSchema>;

export const chatMessageSchema = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.literal('system'),
    content: z.union([
      z.string(),
      z.array(z.discriminatedUnion('type', [textChunkSchema, thinkingChunkSchema])),
    ]),
  }),
  z.strictObject({ role: z.literal('user'), content }),
  z.strictObject({
    role: z.literal('assistant'),
    content: content.exactOptional(),
    tool_calls: z.array(chatToolCallSchema).nullable().exactOptional(),
    prefix: z.boolean().default(false),
  }),
  z.strictObject({
    role: z.literal('tool'),
    content,
    tool_call_id: z.string().nullable().exactOptional(),
    name: z.string().nullable().exactOptional(),
  }),
]);
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/** Answers to one request, each a run of its own. Upstream names no bound; without one a request could start any number. */
const MAX_CHOICES = 16;

const requestFields = {
  messages: z.array(chatMessageSchema),
  max_tokens: integer().min(0).nullable().exactOptional(),
  stream: z.boolean().default(false),
  stop: stopSchema.nullable().exactOptional(),
  random_seed: integer().min(0).nullable().exactOptional(),
  metadata: metadataSchema.nullable().exactOptional(),
  response_format: responseFormatSchema.exactOptional(),
  tools: toolsSchema.nullable().exactOptional(),
  tool_choice: z
    .union([
      toolChoiceSchema,
      z.strictObject({
        type: z.literal('function').default('function'),
        function: z.strictObject({ name: z.string() }),
      }),
    ])
    .exactOptional(),
  presence_penalty: penaltySchema.exactOptional(),
  frequency_penalty: penaltySchema.exactOptional(),
  n: integer().min(1).max(MAX_CHOICES).nullable().exactOptional(),
  prediction: predictionSchema.exactOptional(),
  parallel_tool_calls: z.boolean().exactOptional(),
  prompt_mode: z.literal('reasoning').nullable().exactOptional(),
  reasoning_effort: reasoningEffortSchema.nullable().exactOptional(),
  prompt_cache_key: z.string().nullable().exactOptional(),
  service_tier: z.enum(['auto', 'standard_only']).nullable().exactOptional(),
  guardrails: guardrailsSchema.nullable().exactOptional(),
};

/** Body of `POST /v1/chat/completions`. */
export const chatCompletionRequestSchema = z.strictObject({
  model: z.string().min(1),
  temperature: z.number().min(0).max(1.5).nullable().exactOptional(),
  top_p: z.number().min(0).max(1).nullable().exactOptional(),
  safe_prompt: z.boolean().exactOptional(),
  ...requestFields,
});
export type ChatCompletionRequest = z.infer<typeof chatCompletionRequestSchema>;

/** Body of `POST /v1/agents/completions`: temperature and the like come from the agent. */
export const agentsCompletionRequestSchema = z.strictObject({
  agent_id: z.string().min(1),
  ...requestFields,
});
export type AgentsCompletionRequest = z.infer<typeof agentsCompletionRequestSchema>;

export const completionUsageSchema = z.looseObject({
  prompt_tokens: z.int().min(0),
  completion_tokens: z.int().min(0),
  total_tokens: z.int().min(0),
});
export type CompletionUsage = z.infer<typeof completionUsageSchema>;

export const FINISH_REASONS = ['stop', 'length', 'model_length', 'error', 'tool_calls'] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];
const finishReason = z.enum(FINISH_REASONS);

const completionToolCall = z.strictObject({
  id: z.string(),
  type: z.literal('function').optional(),
  function: z.strictObject({
    name: z.string(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]),
  }),
  index: z.int().min(0).optional(),
});

/** A piece of a streamed answer, or one of the turns the server ran by itself. */
export const deltaMessageSchema = z.strictObject({
  role: z.string().nullable().optional(),
  content: content.optional(),
  tool_calls: z.array(completionToolCall).nullable().optional(),
  tool_call_id: z.string().nullable().optional(),
  index: z.int().nullable().optional(),
  metadata: z.record(z.string(), z.unknown()).nullable().optional(),
});
export type DeltaMessage = z.infer<typeof deltaMessageSchema>;

/** Answer of both completion endpoints without streaming. `created` is in seconds since 1970. */
export const completionResponseSchema = z.strictObject({
  id: z.string(),
  object: z.literal('chat.completion'),
  model: z.string(),
  created: z.int(),
  usage: completionUsageSchema,
  choices: z.array(
    z.strictObject({
      index: z.int().min(0),
      finish_reason: finishReason,
      message: z
        .strictObject({
          role: z.literal('assistant'),
          content: content.optional(),
          tool_calls: z.array(completionToolCall).nullable().optional(),
          prefix: z.boolean().optional(),
        })
        .optional(),
      messages: z.array(deltaMessageSchema).optional(),
    }),
  ),
});
export type CompletionResponse = z.infer<typeof completionResponseSchema>;

/** One frame of a streamed completion. `finish_reason` must be there, null until the end. */
export const completionChunkSchema = z.strictObject({
  id: z.string(),
  model: z.string(),
  object: z.literal('chat.completion.chunk').optional(),
  created: z.int().optional(),
  usage: completionUsageSchema.optional(),
  choices: z.array(
    z.strictObject({
      index: z.int().min(0),
      delta: deltaMessageSchema,
      finish_reason: finishReason.nullable(),
    }),
  ),
});
export type CompletionChunk = z.infer<typeof completionChunkSchema>;

/** One completion frame as it goes over the wire: data only, no event name. */
export function frameCompletionChunk(chunk: CompletionChunk): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** Ends a completion stream. Never on a conversation's stream: the SDKs throw there. */
export const COMPLETION_DONE = 'data: [DONE]\n\n';
