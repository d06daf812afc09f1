import { createMistral } from '@ai-sdk/mistral';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ModelRequest } from '@tramontane/engine';
import { remember } from '../core/remember.ts';
import { toMistralChange, toOpenAiChange, type BodyChange } from './body-change.ts';

/** A model vendor as the catalogue knows it. */
export interface Vendor {
  /** Its name in messages for people. */
  readonly title: string;
  /** Where it is, without credentials. */
  readonly address: string;
  /** Never to appear in a message. */
  readonly secrets: readonly string[];
  /** Its own list of models. */
  readonly models: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  /** @param request What it is about to be asked: some of it has no word in the model interface. */
  readonly model: (request: ModelRequest) => LanguageModelV4;
}

export const MISTRAL_BASE_URL = 'https://api.mistral.ai/v1';

// Addresses of vendors come from the operator's settings, never from a request, so the vendors' packages use the
// runtime's own fetch and not the egress guard.

export function createMistralVendor(apiKey: string, baseUrl: string = MISTRAL_BASE_URL): Vendor {
  const plain = rememberModels(name => createMistral({ apiKey, baseURL: baseUrl }).chat(name));
  return {
    title: 'Mistral',
    address: withoutSecrets(baseUrl),
    secrets: [apiKey],
    models: toList(baseUrl, apiKey),
    model: request => {
      const change = toMistralChange(request);
      if (!change) return plain(request.model);
      return createMistral({ apiKey, baseURL: baseUrl, fetch: changing(change) }).chat(request.model);
    },
  };
}

export function createOpenAiCompatibleVendor(baseUrl: string, apiKey: string | undefined): Vendor {
  const settings = {
    name: 'openai-compatible',
    baseURL: baseUrl,
    ...(apiKey !== undefined && { apiKey }),
    // Without it streams carry no token counts.
    includeUsage: true,
    supportsStructuredOutputs: true,
  };
  const plain = rememberModels(name => createOpenAICompatible(settings).chatModel(name));
  return {
    title: 'the OpenAI-compatible endpoint',
    address: withoutSecrets(baseUrl),
    secrets: apiKey === undefined ? [] : [apiKey],
    models: toList(baseUrl, apiKey),
    model: request => {
      const change = toOpenAiChange(request);
      if (!change) return plain(request.model);
      return createOpenAICompatible({ ...settings, transformRequestBody: change }).chatModel(request.model);
    },
  };
}

/** Names come from requests: only so many are remembered. */
const MAX_REMEMBERED = 100;

/** Making a model compiles the checks of its answers anew, which costs more than all else about asking it. */
function rememberModels(create: (name: string) => LanguageModelV4): (name: string) => LanguageModelV4 {
  const known = new Map<string, LanguageModelV4>();
  return name => {
    const model = known.get(name) ?? create(name);
    remember(known, name, model, MAX_REMEMBERED);
    return model;
  };
}

/** The package for Mistral has no hook for the body but the fetch it goes out with. */
function changing(change: BodyChange): typeof fetch {
  return (input, init) => {
    if (typeof init?.body !== 'string') return fetch(input, init);
    const body = JSON.parse(init.body) as Record<string, unknown>;
    return fetch(input, { ...init, body: JSON.stringify(change(body)) });
  };
}

function toList(baseUrl: string, apiKey: string | undefined): Vendor['models'] {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  return {
    url: `${baseUrl.replace(/\/+$/, '')}/models`,
    headers: { accept: 'application/json', ...headers },
  };
}

function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  return `${url.origin}${url.pathname}`.replace(/\/$/, '');
}
