import type { Log } from '../log.ts';
import { attempt, backOff } from './attempt.ts';
import type { NamedStep, Saga, StepContext } from './define-saga.ts';
import { nextMove, type Move } from './next-move.ts';
import { applySagaEvent, foldSaga, type SagaEvent } from './saga-events.ts';
import type { SagaStore, StoredSaga } from './saga-store.ts';

/** Another process carries the saga by now, so this one stops at once. */
export class SagaLost extends Error {
  constructor(id: string) {
    super(`Saga ${id} is carried by another process.`);
    this.name = 'SagaLost';
  }
}

type Unstamped = SagaEvent extends infer Event
  ? Event extends SagaEvent
    ? Omit<Event, 'at'>
    : never
  : never;

export interface CarryOptions {
  readonly store: SagaStore;
  readonly log: Log;
  /** Aborts when the process stops; what is not done then is for whoever goes on with the saga. */
  readonly stop: AbortSignal;
}

/**
 * Carries a saga from where its log ends to its end, or until it is parked.
 *
 * @throws SagaLost when another process took it over; the reason of `stop`; what the store throws.
 */
export async function carrySaga(
  saga: Saga,
  stored: StoredSaga,
  { store, log, stop }: CarryOptions,
): Promise<void> {
  let state = foldSaga(stored.events);
  let seq = stored.events.length;

  const record = async (event: Unstamped): Promise<void> => {
    const stamped: SagaEvent = { ...event, at: new Date().toISOString() };
    const next = applySagaEvent(state, stamped);
    if (!(await store.append(stored.id, seq, stamped, next.status))) throw new SagaLost(stored.id);
    state = next;
    seq += 1;
  };

  const contextOf = (step: NamedStep, signal: AbortSignal): StepContext => ({
    key: `${stored.id}/${step.name}`,
    signal,
    attempt: state.attempts + state.cutOff,
    log,
  });

  const runStep = async (step: NamedStep): Promise<void> => {
    await record({ type: 'step.sent', step: step.name });
    const given = { input: stored.input, done: state.done };
    const outcome = await attempt(signal => step.run(given, contextOf(step, signal)), step.timeoutMs, stop);
    if (outcome.ok) return record({ type: 'step.done', step: step.name, result: outcome.value });
    const { error, refused, cause } = outcome;
    const final = refused || state.attempts > step.retries;
    const told = { saga: stored.name, saga_id: stored.id, step: step.name, final };
    if (refused) log.info({ ...told, reason: error }, 'A step of a saga was refused.');
    else log.warn({ ...told, err: cause }, 'A step of a saga failed.');
    await record({ type: 'step.failed', step: step.name, error, refused, final });
    if (!final) await backOff(state.attempts, step.backoffMs, stop);
  };

  const compensate = async (step: NamedStep): Promise<void> => {
    await record({ type: 'compensation.sent', step: step.name });
    const result = Object.hasOwn(state.done, step.name) ? state.done[step.name] : undefined;
    const given = { input: stored.input, done: state.done, result };
    const outcome = await attempt(
      signal => step.compensate?.(given, contextOf(step, signal)),
      step.timeoutMs,
      stop,
    );
    if (outcome.ok) return record({ type: 'compensation.done', step: step.name });
    const parked = state.attempts > step.retries;
    const { error, cause } = outcome;
    log.error(
      { saga: stored.name, saga_id: stored.id, step: step.name, parked, err: cause },
      'A compensation failed.',
    );
    await record({ type: 'compensation.failed', step: step.name, error, parked });
    if (!parked) await backOff(state.attempts, step.backoffMs, stop);
  };

  const make = async (move: Exclude<Move, { do: 'nothing' }>): Promise<void> => {
    switch (move.do) {
      case 'run':
        return runStep(move.step);
      case 'compensate':
        return compensate(move.step);
      case 'give-up': {
        const error = 'the process died before the answer was written down';
        return record({ type: 'step.failed', step: move.step.name, error, refused: false, final: true });
      }
      case 'park':
        return record({ type: 'compensation.failed', step: move.step, error: move.problem, parked: true });
      case 'end':
        return record({ type: move.as === 'completed' ? 'saga.completed' : 'saga.compensated' });
    }
  };

  for (;;) {
    stop.throwIfAborted();
    if (
      state.direction === 'forward' &&
      (await store.wishOf(stored.id)) === 'cancel' &&
      state.status === 'running'
    ) {
      await record({ type: 'saga.cancelled' });
    }
    const move = nextMove(state, saga.steps);
    if (move.do === 'nothing') return;
    await make(move);
  }
}
