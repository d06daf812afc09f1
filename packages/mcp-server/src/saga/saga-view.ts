import type { Saga } from './define-saga.ts';
import { foldSaga, type SagaStatus } from './saga-events.ts';
import type { StoredSaga } from './saga-store.ts';

/** A saga as people and tools look at it. */
export interface SagaView {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly status: SagaStatus;
  readonly createdAt: string;
  readonly input: unknown;
  /** Steps whose result is known, oldest first. */
  readonly done: readonly string[];
  readonly compensated: readonly string[];
  /** Of all steps; 0 where this process does not know the saga. */
  readonly steps: number;
  readonly direction: 'forward' | 'back';
  /** Why it turned back. */
  readonly problem?: string;
  /** The compensation that waits for a person. */
  readonly parked?: { readonly step: string; readonly error: string };
  /** Of a completed one. */
  readonly result?: unknown;
}

export function toSagaView(stored: StoredSaga, saga: Saga | undefined): SagaView {
  const { id, name, owner, status, createdAt, input } = stored;
  const state = foldSaga(stored.events);
  const { done, compensated, direction, problem, parked } = state;
  return {
    id,
    name,
    owner,
    status,
    createdAt,
    input,
    done: Object.keys(done),
    compensated,
    steps: saga?.steps.length ?? 0,
    direction,
    ...(problem !== undefined && { problem }),
    ...(parked && { parked }),
    ...(status === 'completed' &&
      state.status === 'completed' &&
      saga && { result: saga.toResult({ input, done }) }),
  };
}
