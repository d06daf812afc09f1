/**
 * What is written down of a saga, each before anything that depends on it happens. The log is its only memory; where it
 * stands is a fold of it.
 */
export type SagaEvent = { readonly at: string } & (
  | { readonly type: 'step.sent'; readonly step: string }
  | { readonly type: 'step.done'; readonly step: string; readonly result: unknown }
  /** `refused`: it is sure that nothing was done. `final`: there is no further attempt. */
  | {
      readonly type: 'step.failed';
      readonly step: string;
      readonly error: string;
      readonly refused: boolean;
      readonly final: boolean;
    }
  | { readonly type: 'compensation.sent'; readonly step: string }
  | { readonly type: 'compensation.done'; readonly step: string }
  | {
      readonly type: 'compensation.failed';
      readonly step: string;
      readonly error: string;
      /** No further attempt by itself: the saga waits until a person runs it again. */
      readonly parked: boolean;
    }
  /** Another process goes on with it. */
  | { readonly type: 'saga.resumed' }
  /** Somebody asked for a parked saga to be tried again. */
  | { readonly type: 'saga.retried' }
  | { readonly type: 'saga.cancelled' }
  | { readonly type: 'saga.completed' }
  | { readonly type: 'saga.compensated' }
);

/**
 * - `running`: steps or compensations go on;
 * - `parked`: a compensation failed, and waits for a person;
 * - `completed`: every step is done; `compensated`: every step is taken back.
 */
export type SagaStatus = 'running' | 'parked' | 'completed' | 'compensated';

export interface SagaState {
  readonly status: SagaStatus;
  readonly direction: 'forward' | 'back';
  /** Results by step. */
  readonly done: Readonly<Record<string, unknown>>;
  /** Steps that may have done something, oldest first. */
  readonly touched: readonly string[];
  readonly compensated: readonly string[];
  /** The attempt that has left and got no answer yet. */
  readonly open: { readonly step: string } | undefined;
  /** Attempts so far of what goes on now, without those that died with their process. */
  readonly attempts: number;
  /** Of those that died with their process. */
  readonly cutOff: number;
  /** Why the saga turned back. */
  readonly problem?: string;
  /** The compensation that waits for a person, and why. */
  readonly parked?: { readonly step: string; readonly error: string };
}

const FIRST = { attempts: 0, cutOff: 0 };

const NEW_SAGA: SagaState = {
  status: 'running',
  direction: 'forward',
  done: {},
  touched: [],
  compensated: [],
  open: undefined,
  ...FIRST,
};

export function applySagaEvent(state: SagaState, event: SagaEvent): SagaState {
  switch (event.type) {
    case 'step.sent':
      return {
        ...state,
        open: { step: event.step },
        attempts: state.attempts + 1,
        touched: state.touched.includes(event.step) ? state.touched : [...state.touched, event.step],
      };
    case 'step.done':
      return { ...state, open: undefined, ...FIRST, done: { ...state.done, [event.step]: event.result } };
    case 'step.failed': {
      // An attempt before it may have done something, whatever this one says.
      const clean = event.refused && state.attempts <= 1 && state.cutOff === 0;
      const touched = clean ? state.touched.filter(step => step !== event.step) : state.touched;
      const failed = { ...state, open: undefined, touched };
      return event.final ? turnBack(failed, `${event.step}: ${event.error}`) : failed;
    }
    case 'compensation.sent':
      return { ...state, open: { step: event.step }, attempts: state.attempts + 1 };
    case 'compensation.done':
      return { ...state, open: undefined, ...FIRST, compensated: [...state.compensated, event.step] };
    case 'compensation.failed':
      return event.parked
        ? { ...state, open: undefined, status: 'parked', parked: { step: event.step, error: event.error } }
        : { ...state, open: undefined };
    case 'saga.resumed':
      return state.open ? { ...state, attempts: state.attempts - 1, cutOff: state.cutOff + 1 } : state;
    case 'saga.retried':
      return { ...withoutParked(state), status: 'running', ...FIRST };
    case 'saga.cancelled':
      return turnBack(state, 'It was cancelled.');
    case 'saga.completed':
      return { ...state, status: 'completed' };
    case 'saga.compensated':
      return { ...state, status: 'compensated' };
  }
}

function withoutParked(state: SagaState): SagaState {
  const { parked: _, ...kept } = state;
  return kept;
}

function turnBack(state: SagaState, problem: string): SagaState {
  return { ...state, direction: 'back', ...FIRST, problem };
}

export function foldSaga(events: Iterable<SagaEvent>): SagaState {
  let state = NEW_SAGA;
  for (const event of events) state = applySagaEvent(state, event);
  return state;
}
