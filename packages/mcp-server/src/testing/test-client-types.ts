import type { ContentBlock, ResourceContents } from '../content.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What tools/list says of a tool. */
export interface ListedTool {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly inputSchema: Json;
  readonly outputSchema?: Json;
  readonly annotations?: Json;
  readonly _meta?: Json;
}

/** A tool's answer; `text` is its text blocks put together. */
export interface TestToolResult<Structured = unknown> {
  readonly content: readonly ContentBlock[];
  readonly structuredContent: Structured;
  readonly isError: boolean;
  readonly text: string;
  readonly _meta?: Json;
}

/** A notification of the server, in the order it came. */
export interface TestNotification {
  readonly method: string;
  readonly params: Json;
}

/** What the server asks of its client; `method` is `elicitation/create`, `sampling/createMessage` or `roots/list`. */
export interface ServerQuestion {
  readonly method: string;
  readonly params: Json;
}

/** The result for a question, as the specification gives it: `{ action: 'accept', content: {…} }` and the like. */
export type AnswerQuestion = (question: ServerQuestion) => Json | Promise<Json>;

export interface TestCallOptions {
  readonly signal?: AbortSignal;
  /** More for `params._meta`, such as a `progressToken`. */
  readonly meta?: Json;
}

export interface TestReadResult {
  readonly contents: readonly ResourceContents[];
  /** The first content's text, or `''`. */
  readonly text: string;
}

export interface TestPrompt {
  readonly description?: string;
  readonly messages: readonly { readonly role: string; readonly content: ContentBlock }[];
}
