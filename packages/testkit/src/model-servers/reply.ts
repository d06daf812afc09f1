/** A tool as a chat completions request carries it. */
export interface RequestTool {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: unknown;
}

/** A chat completions request, as far as scripts look at it; `body` is all of it. */
export interface ModelServerRequest {
  readonly model: string;
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  readonly tools: readonly RequestTool[];
  readonly stream: boolean;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the vendor answers. Everything left out is what a well-behaved vendor does. */
export interface Reply {
  readonly thinking?: string;
  readonly text?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: object | string }[];
  /** How many pieces the arguments of each call come in. Default: one from Mistral, two from others. */
  readonly argumentPieces?: number;
  /** Default: counted roughly. `null`: the vendor sends no usage. */
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number } | null;
  /** Default: `tool_calls` when there are tool calls, else `stop`. `null`: none is ever sent. */
  readonly finishReason?: string | null;
  readonly chunkDelayMs?: number;
  /** HTTP status of a refusal; `body` is then the whole answer. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Say no more after so many chunks until something else has happened. */
  readonly pause?: { readonly afterChunks: number; readonly until: Promise<unknown> };
  /** Stay silent after so many chunks, with the connection open. 0: not even headers. */
  readonly hangAfterChunks?: number;
  /** Cut the connection after so many chunks. 0: not even headers. */
  readonly dropAfterChunks?: number;
  /** Put this object into the stream after the chunks, as vendors report an error half-way. */
  readonly errorInStream?: unknown;
}

/** `n` counts requests from 0. */
export type Script = (request: ModelServerRequest, n: number) => Reply | Promise<Reply>;
