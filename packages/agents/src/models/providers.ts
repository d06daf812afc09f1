import { createMistral } from '@ai-sdk/mistral';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV4 } from '@ai-sdk/provider';

/** A model vendor as the catalogue knows it. */
export interface Vendor {
  /** Its name in messages for people. */
  readonly title: string;
  /** Where it is, without credentials. */
  readonly address: string;
  /** Never to appear in a message. */
  readonly secrets: readonly string[];
  readonly model: (name: string) => LanguageModelV4;
}

const MISTRAL_BASE_URL = 'https://api.mistral.ai/v1';

// Addresses of vendors come from the operator's settings, never from a request, so the vendors' packages use the
// runtime's own fetch and not the egress guard.

export function createMistralVendor(apiKey: string, baseUrl: string = MISTRAL_BASE_URL): Vendor {
  const mistral = createMistral({ apiKey, baseURL: baseUrl });
  return {
    title: 'Mistral',
    address: withoutSecrets(baseUrl),
    secrets: [apiKey],
    model: name => mistral.chat(name),
  };
}

export function createOpenAiCompatibleVendor(baseUrl: string, apiKey: string | undefined): Vendor {
  const provider = createOpenAICompatible({
    name: 'openai-compatible',
    baseURL: baseUrl,
    ...(apiKey !== undefined && { apiKey }),
    // Without it streams carry no token counts.
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  return {
    title: 'the OpenAI-compatible endpoint',
    address: withoutSecrets(baseUrl),
    secrets: apiKey === undefined ? [] : [apiKey],
    model: name => provider.chatModel(name),
  };
}

function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  return `${url.origin}${url.pathname}`.replace(/\/$/, '');
}
