import type { RunEnd, ToolCall } from './events.ts';
import type { RunState } from './state.ts';

export type Step =
  | { readonly do: 'call-model'; readonly tools: 'allowed' | 'forbidden' }
  | { readonly do: 'call-tools'; readonly calls: readonly ToolCall[] }
  /** One agent takes over: the one of the first call. */
  | { readonly do: 'hand-off'; readonly calls: readonly [ToolCall, ...ToolCall[]] }
  | { readonly do: 'finish'; readonly end: RunEnd }
  | { readonly do: 'nothing' };

export interface Limits {
  /** Model answers in one run. The last one is asked for without tools, so that a run ends with words. */
  readonly maxAnswers: number;
}

/** What a run does next: a pure function of where it stands. */
export function nextStep(state: RunState, limits: Limits): Step {
  if (state.end) return { do: 'nothing' };

  const open = [...state.calls.values()].flatMap(({ call, outcome }) => (outcome ? [] : call));
  const calls = open.filter(({ target }) => target.kind !== 'handoff');
  if (calls.length > 0) return { do: 'call-tools', calls };
  // Last: the next agent reads what the tools answered.
  const [handoff, ...others] = open;
  if (handoff) return { do: 'hand-off', calls: [handoff, ...others] };
  if (state.leaves) return { do: 'finish', end: { reason: 'handed_off' } };
  if (state.awaitsCaller) return { do: 'finish', end: { reason: 'awaiting_caller' } };
  if (state.answers === 0) return callModel(state, limits);
  if (state.calls.size === 0) return { do: 'finish', end: { reason: 'answered' } };
  if (state.answers >= limits.maxAnswers) {
    return {
      do: 'finish',
      end: {
        reason: 'failed',
        failure: {
          code: 'step_limit',
          message:
            `The model still asked for tools after ${limits.maxAnswers} answers, the limit of one turn. ` +
            'What it did so far is in the history; append a message to go on.',
        },
      },
    };
  }
  return callModel(state, limits);
}

function callModel(state: RunState, limits: Limits): Step {
  return { do: 'call-model', tools: state.answers + 1 >= limits.maxAnswers ? 'forbidden' : 'allowed' };
}

/**
 * Calls that had left when the last owner died, and got no answer: which may be sent again.
 * Sending again is allowed only where it cannot do anything twice (`repeatable`).
 */
export function splitUnanswered(state: RunState): { again: ToolCall[]; unknown: ToolCall[] } {
  const again: ToolCall[] = [];
  const unknown: ToolCall[] = [];
  for (const { call, sent, outcome } of state.calls.values()) {
    if (!sent || outcome) continue;
    const repeatable = call.target.kind === 'connector' && call.target.repeatable;
    (repeatable ? again : unknown).push(call);
  }
  return { again, unknown };
}
