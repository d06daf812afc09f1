/** A tool as a model sees it. */
export interface ToolSpec {
  /** Name the model uses: unique in the run and of a form every vendor accepts. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments, always of type object. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** The server says the tool changes nothing. A hint, never a proof. */
  readonly readOnly: boolean;
  readonly strict?: boolean;
}

/** Where a call goes. Recorded with the call, so that recovery does not depend on what the server lists later. */
export type ToolTarget =
  | {
      readonly kind: 'connector';
      readonly connectorId: string;
      readonly connectorName: string;
      /** The tool's own name on its server. */
      readonly tool: string;
      /** True when the call may be sent again after a crash without doing anything twice. */
      readonly repeatable: boolean;
    }
  /** A function that the caller runs. */
  | { readonly kind: 'caller' }
  /** Another agent takes over. */
  | { readonly kind: 'handoff'; readonly agentId: string }
  | { readonly kind: 'none' };

/** What becomes of a call: where it goes, and whether a person has to allow it first. */
export interface CallRoute {
  readonly target: ToolTarget;
  /** The call waits for a person's word, which holds for this definition of the tool and no other. */
  readonly confirmation?: { readonly definition: string };
}

/** A block of a tool's result, as MCP names it; kept as it came. */
export type ToolContent = { readonly type: string; readonly [key: string]: unknown };

/**
 * How a call ended.
 * - `done`: the tool answered, also with an error of its own (`isError`).
 * - `failed`: no answer of the tool: its server was away, slow or spoke nonsense, or the call was wrong.
 * - `unknown`: it left and nobody knows whether it ran; it is never repeated in silence.
 */
export interface ToolOutcome {
  readonly status: 'done' | 'failed' | 'unknown';
  readonly isError: boolean;
  readonly content: readonly ToolContent[];
  readonly structuredContent?: unknown;
  /** Machine-readable reason of a failure, such as `unreachable` or `timed_out`. */
  readonly code?: string;
}

/**
 * Why a call was not made, or is not known to have been. What went wrong at its server, or with what it needs, has codes of
 * its own beside these.
 */
export type CallFailureCode =
  | 'unknown_tool'
  | 'invalid_arguments'
  | 'unfinished'
  | 'unknown'
  | 'cancelled'
  | 'connector_gone'
  | 'connector_off'
  | 'tool_gone'
  | 'tool_changed'
  | 'confirmation_needed'
  | 'agent_gone'
  | 'one_handoff'
  | 'handoff_limit'
  | 'calls_waiting';

export function failedOutcome(code: CallFailureCode, message: string): ToolOutcome {
  return failedFor(code, message);
}

/** @param code Of another list: what went wrong with what the call needed. */
export function failedFor(code: string, message: string): ToolOutcome {
  return { status: 'failed', isError: true, code, content: [{ type: 'text', text: message }] };
}

export const UNKNOWN_OUTCOME: ToolOutcome = {
  status: 'unknown',
  isError: true,
  code: 'unknown',
  content: [
    {
      type: 'text',
      text:
        'The server stopped while this call was under way, so it is not known whether the tool ran. ' +
        'It was not repeated. Check its effect before calling it again.',
    },
  ],
};

export const CANCELLED_OUTCOME: ToolOutcome = {
  status: 'unknown',
  isError: true,
  code: 'cancelled',
  content: [
    {
      type: 'text',
      text:
        'The run was cancelled while this call was under way, so the tool may have run. ' +
        'Check its effect before calling it again.',
    },
  ],
};

/** What a model is told of a call that a person did not allow. */
export const REFUSAL =
  'The user did not allow this call, so it was not made. Go on without it, and do not try it again unasked.';
