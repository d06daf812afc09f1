import type { SagaEvent, SagaStatus } from './saga-events.ts';

/** A saga as it was asked for. */
export interface SagaRecord {
  readonly id: string;
  readonly name: string;
  /** Fingerprint of the caller; empty where nobody authenticates. */
  readonly owner: string;
  /** Of the caller, for this saga: the same one starts nothing a second time. */
  readonly idempotencyKey?: string;
  readonly input: unknown;
  readonly createdAt: string;
}

export interface StoredSaga extends SagaRecord {
  readonly status: SagaStatus;
  readonly events: readonly SagaEvent[];
}

/** What somebody outside asks of a saga; who carries it does it. */
export type SagaWish = 'cancel' | 'retry';

export interface SagaFilter {
  readonly name?: string;
  readonly status?: SagaStatus;
  /** 100 unless given. */
  readonly limit?: number;
}

/** Where sagas are kept. What is in an event is none of its business, but for the status that comes with it. */
export interface SagaStore {
  /** Keeps it as carried by this process. Returns the older one when its owner has used the same key for this saga. */
  readonly create: (saga: SagaRecord) => Promise<StoredSaga | undefined>;
  readonly get: (id: string) => Promise<StoredSaga | undefined>;
  /** Newest first. */
  readonly list: (filter: SagaFilter) => Promise<readonly StoredSaga[]>;
  /** Writes event number `seq`. False when another process carries the saga by now, or that number is taken. */
  readonly append: (id: string, seq: number, event: SagaEvent, status: SagaStatus) => Promise<boolean>;
  /** Takes over running sagas of these names whose process is gone, and parked ones that shall be tried again. */
  readonly claim: (names: readonly string[]) => Promise<readonly string[]>;
  /** False when the saga is not in a state for it: `cancel` wants one that runs, `retry` one that is parked. */
  readonly wish: (id: string, wish: SagaWish) => Promise<boolean>;
  readonly wishOf: (id: string) => Promise<SagaWish | undefined>;
  /** Tells of events and wishes of one saga, also of other processes. Returns what ends it. */
  readonly watch: (id: string, changed: () => void) => () => void;
}
