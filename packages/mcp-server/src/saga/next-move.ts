import type { NamedStep } from './define-saga.ts';
import type { SagaState } from './saga-events.ts';

export type Move =
  | { readonly do: 'run'; readonly step: NamedStep }
  | { readonly do: 'compensate'; readonly step: NamedStep }
  /** An attempt was cut off, and its step is to be taken back rather than repeated. */
  | { readonly do: 'give-up'; readonly step: NamedStep }
  /** Nobody here can take the step back. */
  | { readonly do: 'park'; readonly step: string; readonly problem: string }
  | { readonly do: 'end'; readonly as: 'completed' | 'compensated' }
  | { readonly do: 'nothing' };

/** Times a step may take its process down with it. */
const MOST_CUT_OFFS = 10;

/** What a saga does next: a pure function of where it stands. */
export function nextMove(state: SagaState, steps: readonly NamedStep[]): Move {
  if (state.status !== 'running') return { do: 'nothing' };
  return state.direction === 'forward' ? nextStep(state, steps) : nextCompensation(state, steps);
}

function nextStep(state: SagaState, steps: readonly NamedStep[]): Move {
  const step = steps.find(({ name }) => !Object.hasOwn(state.done, name));
  if (step === undefined) return { do: 'end', as: 'completed' };
  const cutOff = state.open?.step === step.name;
  const noMore = step.whenUnknown === 'compensate' || state.cutOff > MOST_CUT_OFFS;
  return { do: cutOff && noMore ? 'give-up' : 'run', step };
}

function nextCompensation(state: SagaState, steps: readonly NamedStep[]): Move {
  for (const name of state.touched.toReversed()) {
    if (state.compensated.includes(name)) continue;
    const step = steps.find(each => each.name === name);
    if (step === undefined) {
      const problem = `This version of the saga has no step named ${name}, so nobody here can take it back.`;
      return { do: 'park', step: name, problem };
    }
    if (state.open?.step === name && state.cutOff > MOST_CUT_OFFS) {
      return { do: 'park', step: name, problem: `The process died in ${state.cutOff} attempts.` };
    }
    if (step.compensate) return { do: 'compensate', step };
  }
  return { do: 'end', as: 'compensated' };
}
