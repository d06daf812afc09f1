import { z } from 'zod';
import { querySchema } from './query.ts';
import { timestampSchema } from './scalars.ts';

export const modelCapabilitiesSchema = z.strictObject({
  completion_chat: z.boolean(),
  function_calling: z.boolean(),
  reasoning: z.boolean().optional(),
  completion_fim: z.boolean().optional(),
  fine_tuning: z.boolean().optional(),
  vision: z.boolean().optional(),
  ocr: z.boolean().optional(),
  classification: z.boolean().optional(),
  moderation: z.boolean().optional(),
  audio: z.boolean().optional(),
  audio_transcription: z.boolean().optional(),
  audio_transcription_realtime: z.boolean().optional(),
  audio_speech: z.boolean().optional(),
  unified_resources: z.boolean().optional(),
});
export type ModelCapabilities = z.infer<typeof modelCapabilitiesSchema>;

const cardFields = {
  object: z.literal('model'),
  id: z.string(),
  capabilities: modelCapabilitiesSchema,
  /** Seconds since 1970. */
  created: z.int().optional(),
  owned_by: z.string(),
  name: z.string().nullable().optional(),
  description: z.string().nullable().optional(),
  max_context_length: z.int().optional(),
  aliases: z.array(z.string()).optional(),
  deprecation: timestampSchema.nullable().optional(),
  deprecation_replacement_model: z.string().nullable().optional(),
  default_model_temperature: z.number().nullable().optional(),
};

/** A model. Without `type` the SDKs do not know the card. */
export const modelCardSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...cardFields, type: z.literal('base') }),
  z.strictObject({
    ...cardFields,
    type: z.literal('fine-tuned'),
    job: z.string(),
    root: z.string(),
    archived: z.boolean().optional(),
  }),
]);
export type ModelCard = z.infer<typeof modelCardSchema>;

/** Answer of `GET /v1/models`. */
export const modelListSchema = z.strictObject({ object: z.literal('list'), data: z.array(modelCardSchema) });
export type ModelList = z.infer<typeof modelListSchema>;

/** Answer of `DELETE /v1/models/{model_id}`. */
export const deletedModelSchema = z.strictObject({
  id: z.string(),
  object: z.literal('model'),
  deleted: z.boolean(),
});
export type DeletedModel = z.infer<typeof deletedModelSchema>;

/** Query of `GET /v1/models`. */
export const listModelsQuerySchema = querySchema({
  provider: z.string().exactOptional(),
  model: z.string().exactOptional(),
});
export type ListModelsQuery = z.infer<typeof listModelsQuerySchema>;
