import { ModelFailure } from '@tramontane/engine';
import type { Content, Entry, ModelRequest, ModelSettings } from '@tramontane/engine';

type Json = Record<string, unknown>;

/** Changes the body of a request on its way out: what the model interface has no word for. */
export type BodyChange = (body: Json) => Json;

/** What Mistral takes beyond the model interface; undefined when the request has nothing of it. */
export function toMistralChange(request: ModelRequest): BodyChange | undefined {
  const { settings } = request;
  const fields = withoutUndefined({
    ...openFields(settings),
    service_tier: settings.serviceTier,
    safe_prompt: settings.safePrompt,
    prompt_mode: settings.promptMode,
    // The interface's package knows two efforts for most models and turns the others into these.
    reasoning_effort: settings.reasoningEffort,
  });
  const { details, names } = attachmentsOf(request.entries);
  if (Object.keys(fields).length === 0 && details.size === 0 && names.size === 0) return undefined;
  return body => ({
    ...body,
    ...fields,
    messages: withParts(body['messages'], part => {
      const image = part['image_url'];
      const detail = typeof image === 'string' ? details.get(image) : undefined;
      if (detail !== undefined) return { ...part, image_url: { url: image, detail } };
      const document = part['document_url'];
      const name = typeof document === 'string' ? names.get(document) : undefined;
      return name === undefined ? part : { ...part, document_name: name };
    }),
  });
}

/** The same for OpenAI's protocol. @throws ModelFailure for what only Mistral can do. */
export function toOpenAiChange(request: ModelRequest): BodyChange | undefined {
  const { settings } = request;
  const foreign = settings.safePrompt === true ? 'safe_prompt' : settings.promptMode && 'prompt_mode';
  if (foreign !== undefined) {
    const message =
      `${foreign} is an option of Mistral's own models, and ${request.model} is served by an OpenAI-compatible ` +
      'endpoint. Leave it out.';
    throw new ModelFailure('model_error', message, { status: 400 });
  }
  const tier = settings.serviceTier === 'standard_only' ? 'default' : settings.serviceTier;
  const fields = withoutUndefined({ ...openFields(settings), service_tier: tier });
  const { details } = attachmentsOf(request.entries);
  if (Object.keys(fields).length === 0 && details.size === 0) return undefined;
  return body => ({
    ...body,
    ...fields,
    messages: withParts(body['messages'], part => {
      const image = part['image_url'];
      if (!isJson(image) || typeof image['url'] !== 'string') return part;
      const detail = details.get(image['url']);
      return detail === undefined ? part : { ...part, image_url: { ...image, detail } };
    }),
  });
}

/** Fields that both vendors have, under the same names. */
function openFields(settings: ModelSettings): Json {
  const format = settings.responseFormat;
  return {
    response_format: format && !('schema' in format) ? { type: 'json_object' } : undefined,
    prediction: settings.prediction === undefined ? undefined : toPrediction(settings.prediction),
    parallel_tool_calls: settings.parallelToolCalls,
    prompt_cache_key: settings.promptCacheKey,
  };
}

function toPrediction(content: string): Json {
  return { type: 'content', content };
}

/** How closely pictures are to be looked at, and what documents are called: by their addresses. */
function attachmentsOf(entries: readonly Entry[]): {
  details: ReadonlyMap<string, string>;
  names: ReadonlyMap<string, string>;
} {
  const details = new Map<string, string>();
  const names = new Map<string, string>();
  for (const entry of entries) {
    if (entry.kind !== 'message.input') continue;
    for (const chunk of chunksOf(entry.content)) {
      if (chunk.kind === 'image' && chunk.detail !== undefined) details.set(asSent(chunk.url), chunk.detail);
      if (chunk.kind === 'document' && chunk.name !== undefined) names.set(asSent(chunk.url), chunk.name);
    }
  }
  return { details, names };
}

function chunksOf(content: Content): Exclude<Content, string> {
  return typeof content === 'string' ? [] : content;
}

/** An address as it stands in a request: the way of the model interface leads through `URL`, which writes it anew. */
function asSent(url: string): string {
  return !url.startsWith('data:') && URL.canParse(url) ? new URL(url).toString() : url;
}

function withParts(messages: unknown, change: (part: Json) => Json): unknown {
  if (!Array.isArray(messages)) return messages;
  return messages.map((message: unknown) => {
    if (!isJson(message) || !Array.isArray(message['content'])) return message;
    const content = message['content'].map((part: unknown) => (isJson(part) ? change(part) : part));
    return { ...message, content };
  });
}

function withoutUndefined(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
