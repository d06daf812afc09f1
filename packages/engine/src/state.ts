import type { RunEnd, RunEvent, ToolCall, Usage } from './events.ts';
import type { CallRoute, ToolOutcome } from './tools.ts';

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
  /** Calls that the server runs now: those of the newest answer, or those that were allowed at the start. */
  readonly calls: ReadonlyMap<string, CallState>;
  /** True when calls wait for the caller: to run a function, or to allow a tool. */
  readonly awaitsCaller: boolean;
  /** The run goes on with what an earlier one began: calls were answered or decided, nothing new was asked. */
  readonly continues: boolean;
  readonly handoffs: number;
  /** An agent took over whom the caller carries the conversation to. */
  readonly leaves: boolean;
  readonly missing: readonly string[];
  readonly usage: Usage;
  readonly end?: RunEnd;
}

export const EMPTY_STATE: RunState = {
  seq: 0,
  answers: 0,
  calls: new Map(),
  awaitsCaller: false,
  continues: false,
  handoffs: 0,
  leaves: false,
  missing: [],
  usage: { promptTokens: 0, completionTokens: 0 },
};

export function applyEvent(state: RunState, event: RunEvent): RunState {
  const next = { ...state, seq: state.seq + 1 };
  switch (event.type) {
    case 'run.started':
      return {
        ...next,
        calls: toCalls(event.decisions?.flatMap(each => (each.confirmation === 'allowed' ? each.call : []))),
        awaitsCaller: event.stillOpen !== undefined && event.stillOpen.length > 0,
        continues:
          event.decisions !== undefined || event.inputs.some(({ kind }) => kind === 'function.result'),
      };
    case 'run.resumed':
      return next;
    case 'tools.missing':
      return { ...next, missing: [...state.missing, event.connectorId] };
    case 'model.answered':
      return {
        ...next,
        answers: state.answers + 1,
        calls: toCalls(event.calls.filter(call => !waits(call))),
        awaitsCaller: event.calls.some(waits),
        usage: {
          promptTokens: state.usage.promptTokens + event.usage.promptTokens,
          completionTokens: state.usage.completionTokens + event.usage.completionTokens,
        },
      };
    case 'tool.sent':
      return { ...next, calls: withCall(state.calls, event.callId, { sent: true }) };
    case 'tool.answered':
      return { ...next, calls: withCall(state.calls, event.callId, { sent: true, outcome: event.outcome }) };
    case 'agent.handed_off':
      return {
        ...next,
        handoffs: state.handoffs + 1,
        leaves: event.plan === undefined,
        calls: withCall(state.calls, event.callId, { sent: true, outcome: HANDED_OFF }),
      };
    case 'run.finished':
      return { ...next, end: event.end };
  }
}

const HANDED_OFF: ToolOutcome = { status: 'done', isError: false, content: [] };

/** The server does nothing with such a call: its caller has to run a function, or to allow it. */
export function waits(call: CallRoute): boolean {
  return call.target.kind === 'caller' || call.confirmation !== undefined;
}

function toCalls(calls: readonly ToolCall[] = []): RunState['calls'] {
  return new Map(calls.map(call => [call.callId, { call, sent: false }]));
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
