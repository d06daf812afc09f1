import { z } from 'zod';
import { integer } from './scalars.ts';

export const predictionSchema = z.strictObject({
  type: z.literal('content').exactOptional(),
  content: z.string().exactOptional(),
});

export const responseFormatSchema = z
  .strictObject({
    type: z.enum(['text', 'json_object', 'json_schema']).exactOptional(),
    json_schema: z
      .strictObject({
        name: z.string(),
        description: z.string().nullable().exactOptional(),
        schema: z.record(z.string(), z.unknown()),
        strict: z.boolean().exactOptional(),
      })
      .nullable()
      .exactOptional(),
  })
  .refine(value => value.type !== 'json_schema' || Boolean(value.json_schema), {
    error: 'Field required when type is json_schema',
    path: ['json_schema'],
    params: { type: 'missing' },
  });
export type ResponseFormat = z.infer<typeof responseFormatSchema>;

export const reasoningEffortSchema = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']);
export type ReasoningEffort = z.infer<typeof reasoningEffortSchema>;

export const toolChoiceSchema = z.enum(['auto', 'none', 'any', 'required']);
export type ToolChoice = z.infer<typeof toolChoiceSchema>;

/** One stop text or several. */
export const stopSchema = z.union([z.string(), z.array(z.string())]);

export const penaltySchema = z.number().min(-2).max(2);

/** Highest `temperature` in conversations; chat completions take up to 1.5. */
const MAX_TEMPERATURE = 1;

/**
 * Arguments for the model, of an agent or of one request; a request's win over the agent's. All may be null except
 * `tool_choice`, which has no object form here either.
 */
export const completionArgsSchema = z.strictObject({
  stop: stopSchema.nullable().exactOptional(),
  presence_penalty: penaltySchema.nullable().exactOptional(),
  frequency_penalty: penaltySchema.nullable().exactOptional(),
  temperature: z.number().min(0).max(MAX_TEMPERATURE).nullable().exactOptional(),
  top_p: z.number().min(0).max(1).nullable().exactOptional(),
  max_tokens: integer().min(0).nullable().exactOptional(),
  random_seed: integer().min(0).nullable().exactOptional(),
  prediction: predictionSchema.nullable().exactOptional(),
  response_format: responseFormatSchema.nullable().exactOptional(),
  tool_choice: toolChoiceSchema.exactOptional(),
  reasoning_effort: reasoningEffortSchema.nullable().exactOptional(),
});
export type CompletionArgs = z.infer<typeof completionArgsSchema>;
