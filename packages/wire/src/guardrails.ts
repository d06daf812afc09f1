import { z } from 'zod';

const threshold = z.number().nullable().exactOptional();

const sharedCategories = {
  sexual: threshold,
  hate_and_discrimination: threshold,
  violence_and_threats: threshold,
  selfharm: threshold,
  health: threshold,
  financial: threshold,
  law: threshold,
  pii: threshold,
};

const thresholdsV1 = z.object({ ...sharedCategories, dangerous_and_criminal_content: threshold });

const thresholdsV2 = z.object({
  ...sharedCategories,
  dangerous: threshold,
  criminal: threshold,
  jailbreaking: threshold,
});

function moderation<T extends z.ZodType>(thresholds: T) {
  return z
    .object({
      model_name: z.string().exactOptional(),
      custom_category_thresholds: thresholds.nullable().exactOptional(),
      ignore_other_categories: z.boolean().exactOptional(),
      action: z.enum(['none', 'block']).exactOptional(),
    })
    .nullable()
    .exactOptional();
}

/** Checks of what goes into the model. A threshold of 1 switches its category off. */
export const guardrailSchema = z.object({
  block_on_error: z.boolean().exactOptional(),
  moderation_llm_v1: moderation(thresholdsV1),
  moderation_llm_v2: moderation(thresholdsV2),
});
export type Guardrail = z.infer<typeof guardrailSchema>;

export const guardrailsSchema = z.array(guardrailSchema);
