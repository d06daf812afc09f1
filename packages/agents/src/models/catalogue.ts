import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ModelRequest } from '@tramontane/engine';
import { isMistralName } from './model-names.ts';
import { createOfflineModel } from './offline/offline-model.ts';
import { createMistralVendor, createOpenAiCompatibleVendor } from './providers.ts';
import type { Vendor } from './providers.ts';

export type ProviderName = 'mistral' | 'openai-compatible' | 'offline';

export interface ModelSettingsSource {
  readonly mistralApiKey?: string;
  /** Default: Mistral's public address. For proxies and tests. */
  readonly mistralBaseUrl?: string;
  /** Any endpoint with OpenAI's chat completions; ends with `/v1` as a rule. */
  readonly baseUrl?: string;
  readonly apiKey?: string;
  /** The offline model answers any name while no vendor is set. */
  readonly offline: boolean;
}

export interface ResolvedModel {
  readonly provider: ProviderName;
  readonly model: (request: ModelRequest) => LanguageModelV4;
  /** For messages; the offline model has none. */
  readonly vendor?: Pick<Vendor, 'title' | 'address' | 'secrets'>;
}

export interface ModelCatalogue {
  /** The model of that name; undefined when no provider has it (400 `invalid_model`, code 1500). */
  resolve(name: string): ResolvedModel | undefined;
  readonly vendors: readonly { readonly provider: ProviderName; readonly vendor: Vendor }[];
}

/** The name that the offline model always answers to. */
export const OFFLINE_NAME = 'offline';

/** Which name goes where: Mistral's names to Mistral if its key is set, every other name to the endpoint, if one is set. */
export function createModelCatalogue(settings: ModelSettingsSource): ModelCatalogue {
  const mistral = settings.mistralApiKey
    ? createMistralVendor(settings.mistralApiKey, settings.mistralBaseUrl)
    : undefined;
  const endpoint = settings.baseUrl
    ? createOpenAiCompatibleVendor(settings.baseUrl, settings.apiKey)
    : undefined;

  return {
    resolve: name => {
      if (name === '') return undefined;
      if (name === OFFLINE_NAME) return { provider: 'offline', model: () => createOfflineModel(name) };
      if (mistral && isMistralName(name)) {
        return { provider: 'mistral', model: mistral.model, vendor: mistral };
      }
      if (endpoint) return { provider: 'openai-compatible', model: endpoint.model, vendor: endpoint };
      if (!mistral && settings.offline) return { provider: 'offline', model: () => createOfflineModel(name) };
      return undefined;
    },
    vendors: [
      ...(mistral ? [{ provider: 'mistral' as const, vendor: mistral }] : []),
      ...(endpoint ? [{ provider: 'openai-compatible' as const, vendor: endpoint }] : []),
    ],
  };
}
