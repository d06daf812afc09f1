import type { ContentBlock } from '../content.ts';
import type { ToolSchema } from '../definition/define-tool.ts';

/** A form for a person. Never ask for a secret with it (MCP 2026-07-28, client/elicitation). */
export interface ElicitForm {
  readonly key?: string;
  readonly message: string;
  /** An object of plain fields: strings, numbers, booleans, enums. A zod 4 schema types the answer. */
  readonly schema: ToolSchema;
}

/** A page the person is sent to, for what must not go through the client. */
export interface ElicitUrl {
  readonly key?: string;
  readonly message: string;
  readonly url: string;
}

export type ElicitAnswer<Content> =
  { readonly action: 'accept'; readonly content: Content } | { readonly action: 'decline' | 'cancel' };

/** Content of a message to or from a model; more kinds than these come from clients with tools. */
export type SamplingContent = ContentBlock | { readonly type: string; readonly [field: string]: unknown };

export interface SamplingMessage {
  readonly role: 'user' | 'assistant';
  readonly content: SamplingContent | readonly SamplingContent[];
}

/** MCP 2026-07-28, client/sampling, `CreateMessageRequest`; further fields are passed on as they are. */
export interface SampleRequest {
  readonly key?: string;
  readonly messages: readonly SamplingMessage[];
  readonly maxTokens: number;
  readonly systemPrompt?: string;
  readonly temperature?: number;
  readonly stopSequences?: readonly string[];
  readonly modelPreferences?: Readonly<Record<string, unknown>>;
  readonly tools?: readonly object[];
  readonly toolChoice?: object;
}

export interface CreateMessageResult {
  readonly role: 'user' | 'assistant';
  readonly content: SamplingContent | readonly SamplingContent[];
  readonly model: string;
  readonly stopReason?: string;
}

export interface Root {
  readonly uri: string;
  readonly name?: string;
}

/** A question to the client, as it goes over the wire in either era. */
export interface Question {
  readonly method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list';
  readonly params: Readonly<Record<string, unknown>>;
}

/** A client capability that has to be declared, as `data.requiredCapabilities` names it. */
export type Capability = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the client has to have declared before it may be asked; `undefined` when it has. */
export function missingCapability(
  { method, params }: Question,
  declared: Readonly<Record<string, unknown>>,
): Capability | undefined {
  if (method === 'roots/list') return declared['roots'] === undefined ? { roots: {} } : undefined;
  if (method === 'sampling/createMessage') {
    const sampling = declared['sampling'];
    if (sampling === undefined) return { sampling: {} };
    const tools = params['tools'] !== undefined || params['toolChoice'] !== undefined;
    return tools && !has(sampling, 'tools') ? { sampling: { tools: {} } } : undefined;
  }
  const elicitation = declared['elicitation'];
  if (params['mode'] === 'url') {
    return has(elicitation, 'url') ? undefined : { elicitation: { url: {} } };
  }
  if (elicitation === undefined) return { elicitation: {} };
  // An empty object stands for forms (client/elicitation, "Capabilities").
  return has(elicitation, 'url') && !has(elicitation, 'form') ? { elicitation: { form: {} } } : undefined;
}

function has(value: unknown, field: string): boolean {
  return typeof value === 'object' && value !== null && field in value;
}
