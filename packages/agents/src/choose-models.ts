import type { Config } from './config.ts';
import { ApiError } from './core/api-error.ts';
import type { CheckModel } from './core/models.ts';
import { createModelCatalogue, createModerate, MISTRAL_BASE_URL, refuseUnsendable } from './models/index.ts';

/** Who answers for which model, and who enforces guardrails, as the settings say. */
export function chooseModels(config: Config): {
  readonly catalogue: ReturnType<typeof createModelCatalogue>;
  readonly checkModel: CheckModel;
  /** Without one, requests with guardrails are refused. */
  readonly moderation: { readonly moderate?: ReturnType<typeof createModerate> };
} {
  const catalogue = createModelCatalogue({
    ...(config.mistralApiKey !== undefined && { mistralApiKey: config.mistralApiKey }),
    ...(config.mistralBaseUrl !== undefined && { mistralBaseUrl: config.mistralBaseUrl }),
    ...(config.modelBaseUrl !== undefined && { baseUrl: config.modelBaseUrl }),
    ...(config.modelApiKey !== undefined && { apiKey: config.modelApiKey }),
    offline: config.databaseUrl === undefined,
  });
  const moderation = moderationEndpoint(config);
  return {
    catalogue,
    checkModel: name => {
      const resolved = catalogue.resolve(name);
      if (!resolved) throw new ApiError('invalid_model', noProvider(name), { param: 'model' });
      return {
        offline: resolved.provider === 'offline',
        refuseUnsendable: inputs => refuseUnsendable(name, resolved, inputs),
      };
    },
    moderation: moderation ? { moderate: createModerate(moderation) } : {},
  };
}

/** Who enforces guardrails: an endpoint of its own, or Mistral. */
function moderationEndpoint(config: Config): { baseUrl: string; apiKey?: string } | undefined {
  const { moderationBaseUrl: own, moderationApiKey, mistralApiKey } = config;
  if (own !== undefined)
    return { baseUrl: own, ...(moderationApiKey !== undefined && { apiKey: moderationApiKey }) };
  if (mistralApiKey === undefined) return undefined;
  return { baseUrl: config.mistralBaseUrl ?? MISTRAL_BASE_URL, apiKey: mistralApiKey };
}

function noProvider(name: string): string {
  return (
    `No provider is configured for the model ${JSON.stringify(name)}. ` +
    "Set MISTRAL_API_KEY for Mistral's models, or TRAMONTANE_MODEL_BASE_URL for any OpenAI-compatible endpoint."
  );
}
