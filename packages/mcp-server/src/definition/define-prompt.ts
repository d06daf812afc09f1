import type { InputRequired } from '../asking/input-required.ts';
import type { PromptContext } from '../call-context.ts';
import type { ContentBlock } from '../content.ts';
import type { Complete } from './complete.ts';

export interface PromptMessage {
  readonly role: 'user' | 'assistant';
  readonly content: ContentBlock;
}

export interface PromptResult {
  readonly description?: string;
  readonly messages: readonly PromptMessage[];
}

/** A string or a block is one message of the user. */
export type PromptReturn = string | ContentBlock | PromptMessage | readonly PromptMessage[] | PromptResult;

/** Values of prompts are strings (MCP 2026-07-28, server/prompts). */
export interface PromptArgument {
  readonly title?: string;
  readonly description?: string;
  readonly required?: boolean;
  /** Suggests values while a person types. */
  readonly complete?: Complete;
}

export type PromptArguments = Readonly<Record<string, PromptArgument>>;

/** Required arguments are strings, the others may be missing. */
export type PromptValues<Arguments extends PromptArguments> = {
  readonly [Name in keyof Arguments]: Arguments[Name] extends { readonly required: true }
    ? string
    : string | undefined;
};

export interface PromptDefinition<Arguments extends PromptArguments> {
  /** 1 to 128 characters; unique in the server. */
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly arguments?: Arguments & PromptArguments;
  /** Milliseconds until `context.signal` aborts and the caller is told; 60,000 unless given. */
  readonly timeoutMs?: number;
  readonly handler: (
    values: PromptValues<Arguments>,
    context: PromptContext,
  ) => PromptReturn | InputRequired | Promise<PromptReturn | InputRequired>;
}

/** A declared prompt; hand it to `createMcpServer`. */
export interface Prompt extends Omit<PromptDefinition<PromptArguments>, 'handler'> {
  readonly handler: (values: never, context: PromptContext) => unknown;
}

/** Declares a prompt: a text that people pick and fill in. */
export function definePrompt<const Arguments extends PromptArguments>(
  definition: PromptDefinition<Arguments>,
): Prompt {
  return definition;
}
