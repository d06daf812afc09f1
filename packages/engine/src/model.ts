import type { Content } from './content.ts';
import type { Entry } from './entries.ts';
import type { FinishReason, Usage } from './events.ts';
import type { ToolSpec } from './tools.ts';

/** Settings of one model call; every one optional, the vendor's default otherwise. */
export interface ModelSettings {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** Text that the answer will mostly repeat, such as a file that is being changed. */
  readonly prediction?: string;
  /** False: at most one tool call an answer. */
  readonly parallelToolCalls?: boolean;
  /** The vendor puts its own reasoning, or safety, prompt before the conversation. */
  readonly promptMode?: 'reasoning';
  readonly safePrompt?: boolean;
  /** Requests with the same key and beginning are sent where that beginning is cached. */
  readonly promptCacheKey?: string;
  readonly serviceTier?: 'auto' | 'standard_only';
  readonly reasoningEffort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  readonly responseFormat?:
    | { readonly type: 'json' }
    | {
        readonly type: 'json';
        readonly name: string;
        readonly description?: string;
        readonly schema: Readonly<Record<string, unknown>>;
        readonly strict?: boolean;
      };
}

/** `tool`: this one must be called. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly tool: string };

/** What a model is asked. */
export interface ModelRequest {
  readonly model: string;
  readonly instructions: string;
  readonly entries: readonly Entry[];
  readonly tools: readonly ToolSpec[];
  readonly toolChoice: ToolChoice;
  readonly settings: ModelSettings;
}

/** What it answered. Call ids of vendors are not kept: the run gives its own. */
export interface ModelAnswer {
  readonly content: Content;
  readonly calls: readonly {
    readonly name: string;
    readonly arguments: string;
    /** Which call of the deltas this is, when pieces of it were told. */
    readonly call?: number;
  }[];
  readonly usage: Usage;
  readonly finish: FinishReason;
}

export type ContentDelta =
  | { readonly kind: 'text' | 'thinking'; readonly text: string }
  /**
   * A piece of a call's arguments. `call` tells the calls of one request apart, also those of an answer that broke off and
   * was asked for again. A call is told from its first piece on, and after all calls that were begun before it.
   */
  | { readonly kind: 'call'; readonly call: number; readonly name: string; readonly text: string };

/** Asks a model. Rejects with a ModelFailure when no answer can be had, with an AbortError when `signal` fires. */
export type CallModel = (
  request: ModelRequest,
  options: { readonly signal: AbortSignal; readonly onDelta: (delta: ContentDelta) => void },
) => Promise<ModelAnswer>;

/**
 * A model that could not answer: an expected outcome of a run. `status` is the vendor's HTTP status, if it gave one, and
 * `retryAfterSeconds` the pause it asks for.
 */
export class ModelFailure extends Error {
  readonly code: ModelFailureCode;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ModelFailureCode,
    message: string,
    options: { status?: number; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ModelFailure';
    this.code = code;
    this.status = options.status;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export type ModelFailureCode =
  | 'invalid_model'
  | 'model_refused'
  | 'model_unreachable'
  | 'model_rate_limited'
  | 'model_timed_out'
  | 'model_error';
