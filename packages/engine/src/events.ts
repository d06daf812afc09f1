import type { Content } from './content.ts';
import type { Entry, FunctionCall } from './entries.ts';
import type { CallRoute, ToolOutcome, ToolTarget } from './tools.ts';

/** Tokens, as the model's vendor counted them. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other';

export interface ToolCall extends CallRoute {
  readonly entryId: string;
  readonly callId: string;
  readonly name: string;
  /** JSON text, as the model wrote it. */
  readonly arguments: string;
}

/** A person's word on a call that an earlier run of the conversation left waiting. It counts in the run that records it. */
export interface Decision {
  readonly confirmation: 'allowed' | 'denied';
  /** The call as it was asked for: what runs is this, whatever is asked later. */
  readonly call: ToolCall;
  /** Id of what comes of it: the execution of an allowed call, the refusal of a denied one. */
  readonly entryId: string;
  readonly model?: string;
  readonly agentId?: string;
}

export interface RunFailure {
  readonly code: string;
  readonly message: string;
  /** HTTP status that fits, when the model's vendor gave one. */
  readonly status?: number;
  /** The pause that the vendor asks for. */
  readonly retryAfterSeconds?: number;
}

export type RunEnd =
  | { readonly reason: 'answered' }
  /** Function calls wait for the caller's results, or for a person's word. */
  | { readonly reason: 'awaiting_caller' }
  /** Another agent is in charge now, and the caller carries the conversation to it. */
  | { readonly reason: 'handed_off' }
  | { readonly reason: 'cancelled' }
  | { readonly reason: 'failed'; readonly failure: RunFailure };

/** What a check of a text found: free-form, handed on as it is. */
export type Finding = Readonly<Record<string, unknown>>;

/**
 * What is written down of a run: one committed insert each, in order, before anything outside can notice it.
 * The log is the run's only memory; entries, answers and streams are folds of it.
 */
export type RunEvent =
  | {
      readonly type: 'run.started';
      readonly at: string;
      /** What the conversation held before its first run: entries of the conversation it was restarted from. */
      readonly history?: readonly Entry[];
      readonly inputs: readonly Entry[];
      readonly decisions?: readonly Decision[];
      /** Calls that wait on: the run ends without asking the model, and shows them again. */
      readonly stillOpen?: readonly FunctionCall[];
      /** What the checks of the inputs found and let pass, as the caller is told. */
      readonly findings?: readonly Finding[];
    }
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
      readonly agentId?: string;
      readonly message?: {
        readonly entryId: string;
        readonly content: Content;
        /** How many of the calls stand before it: those that the model was heard to begin before its first word. */
        readonly afterCalls?: number;
      };
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
  | {
      readonly type: 'agent.handed_off';
      readonly at: string;
      readonly callId: string;
      readonly previousAgentId: string;
      readonly previousAgentName: string;
      readonly nextAgentId: string;
      readonly nextAgentName: string;
      /** How the run goes on, for whoever carries it; absent when it ends here. */
      readonly plan?: Readonly<Record<string, unknown>>;
      /** What the next agent's checks found in what it reads, and let pass. */
      readonly findings?: readonly Finding[];
    }
  | { readonly type: 'run.finished'; readonly at: string; readonly end: RunEnd };

/** What is heard of a run but not kept: pieces of an answer while the model still gives it. */
export type RunDelta = {
  readonly entryId: string;
  readonly text: string;
  readonly model: string;
  readonly agentId?: string;
} & (
  | { readonly type: 'message.delta'; readonly kind: 'text' | 'thinking' }
  /**
   * A piece of the arguments of a call that will run by itself. The call is that of `model.answered` with the same entry;
   * where no answer has it the model did not finish it.
   */
  | {
      readonly type: 'call.delta';
      readonly callId: string;
      readonly name: string;
      readonly target: ToolTarget;
    }
);

/** What a reader of a run receives. */
export type RunSignal = { readonly seq: number; readonly event: RunEvent } | { readonly delta: RunDelta };
