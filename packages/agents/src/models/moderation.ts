import { z } from 'zod';
import type { Moderate } from '../core/guardrails.ts';

const TIMEOUT_MS = 30_000;

const answerSchema = z.object({
  results: z.array(
    z.object({
      categories: z.record(z.string(), z.boolean()).default({}),
      category_scores: z.record(z.string(), z.number()).default({}),
    }),
  ),
});

/**
 * Moderation by Mistral's protocol: `POST <base>/moderations` with a model and texts, a verdict a text in the order of
 * the texts. Its address is the operator's.
 */
export function createModerate(endpoint: { readonly baseUrl: string; readonly apiKey?: string }): Moderate {
  const url = `${endpoint.baseUrl.replace(/\/+$/, '')}/moderations`;
  return async (model, texts, signal) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(endpoint.apiKey !== undefined && { authorization: `Bearer ${endpoint.apiKey}` }),
      },
      body: JSON.stringify({ model, input: texts }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    }).catch((cause: unknown) => {
      throw new Error(`The moderation model ${model} could not be reached.`, { cause });
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`The moderation model ${model} answered ${response.status}.`);
    }
    const parsed = answerSchema.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success || parsed.data.results.length !== texts.length)
      throw new Error(`The moderation model ${model} gave an answer that cannot be read.`);
    return parsed.data.results.map(({ categories, category_scores: scores }) => ({ categories, scores }));
  };
}
