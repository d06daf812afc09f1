import type { Content } from './content.ts';
import type { Entry } from './entries.ts';
import type { ToolOutcome, ToolTarget } from './tools.ts';

/** Tokens, as the model's vendor counted them. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other';

export interface ToolCall {
  readonly entryId: string;
  readonly callId: string;
  readonly name: string;
  /** JSON text, as the model wrote it. */
  readonly arguments: string;
  readonly target: ToolTarget;
}

export interface RunFailure {
  readonly code: string;
  readonly message: string;
  /** HTTP status that fits, when the model's vendor gave one. */
  readonly status?: number;
}

export type RunEnd =
  | { readonly reason: 'answered' }
  /** Function calls wait for the caller's results. */
  | { readonly reason: 'awaiting_caller' }
  | { readonly reason: 'cancelled' }
  | { readonly reason: 'failed'; readonly failure: RunFailure };

/**
 * What is written down of a run: one committed insert each, in order, before anything that depends on it happens.
 * The log is the run's only memory; entries, answers and streams are folds of it.
 */
export type RunEvent =
  | { readonly type: 'run.started'; readonly at: string; readonly inputs: readonly Entry[] }
  /** A new owner took the run over; whatever an older owner still does is refused by the log's key. */
  | { readonly type: 'run.resumed'; readonly at: string; readonly owner: string }
  | {
      readonly type: 'tools.missing';
      readonly at: string;
      readonly entryId: string;
      readonly connectorId: string;
      readonly connectorName: string;
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly type: 'model.answered';
      readonly at: string;
      readonly startedAt: string;
      readonly answer: string;
      readonly model: string;
      readonly message?: { readonly entryId: string; readonly content: Content };
      readonly calls: readonly ToolCall[];
      readonly usage: Usage;
      readonly finish: FinishReason;
    }
  /** Written before the call leaves; `key` is the same on every attempt. */
  | { readonly type: 'tool.sent'; readonly at: string; readonly callId: string; readonly key: string }
  | {
      readonly type: 'tool.answered';
      readonly at: string;
      readonly callId: string;
      readonly outcome: ToolOutcome;
      readonly durationMs?: number;
    }
  | { readonly type: 'run.finished'; readonly at: string; readonly end: RunEnd };

/** What is heard of a run but not kept: pieces of an answer while the model still speaks. */
export type RunDelta = {
  readonly type: 'message.delta';
  readonly entryId: string;
  readonly kind: 'text' | 'thinking';
  readonly text: string;
};

/** What a reader of a run receives. */
export type RunSignal = { readonly seq: number; readonly event: RunEvent } | { readonly delta: RunDelta };
