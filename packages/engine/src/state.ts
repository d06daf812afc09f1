import type { RunEnd, RunEvent, ToolCall, Usage } from './events.ts';
import type { ToolOutcome } from './tools.ts';

export interface CallState {
  readonly call: ToolCall;
  readonly sent: boolean;
  readonly outcome?: ToolOutcome;
}

/** Where a run stands: a fold of its events. */
export interface RunState {
  /** Number of events so far; the next one's position. */
  readonly seq: number;
  readonly answers: number;
  /** Calls of the newest answer that the server runs. */
  readonly calls: ReadonlyMap<string, CallState>;
  /** True when the newest answer asks the caller to run a function. */
  readonly awaitsCaller: boolean;
  readonly missing: readonly string[];
  readonly usage: Usage;
  readonly end?: RunEnd;
}

export const EMPTY_STATE: RunState = {
  seq: 0,
  answers: 0,
  calls: new Map(),
  awaitsCaller: false,
  missing: [],
  usage: { promptTokens: 0, completionTokens: 0 },
};

export function applyEvent(state: RunState, event: RunEvent): RunState {
  const next = { ...state, seq: state.seq + 1 };
  switch (event.type) {
    case 'run.started':
    case 'run.resumed':
      return next;
    case 'tools.missing':
      return { ...next, missing: [...state.missing, event.connectorId] };
    case 'model.answered':
      return {
        ...next,
        answers: state.answers + 1,
        calls: new Map(
          event.calls
            .filter(call => call.target.kind !== 'caller')
            .map(call => [call.callId, { call, sent: false }]),
        ),
        awaitsCaller: event.calls.some(call => call.target.kind === 'caller'),
        usage: {
          promptTokens: state.usage.promptTokens + event.usage.promptTokens,
          completionTokens: state.usage.completionTokens + event.usage.completionTokens,
        },
      };
    case 'tool.sent':
      return { ...next, calls: withCall(state.calls, event.callId, { sent: true }) };
    case 'tool.answered':
      return { ...next, calls: withCall(state.calls, event.callId, { sent: true, outcome: event.outcome }) };
    case 'run.finished':
      return { ...next, end: event.end };
  }
}

function withCall(
  calls: RunState['calls'],
  callId: string,
  change: Partial<CallState>,
): ReadonlyMap<string, CallState> {
  const known = calls.get(callId);
  if (!known) return calls;
  return new Map(calls).set(callId, { ...known, ...change });
}

export function foldRun(events: Iterable<RunEvent>): RunState {
  let state = EMPTY_STATE;
  for (const event of events) state = applyEvent(state, event);
  return state;
}
