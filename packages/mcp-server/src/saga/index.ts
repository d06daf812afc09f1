export { defineSaga } from './define-saga.ts';
export type { NamedStep, Saga, SagaBuilder, SagaDefinition, SagaStep, StepContext } from './define-saga.ts';
export { openSagas } from './open-sagas.ts';
export type { Sagas, SagasOptions, StartSaga } from './open-sagas.ts';
export { createMemorySagaStore } from './memory-saga-store.ts';
export { StepRefusal } from './saga-error.ts';
export type { SagaEvent, SagaStatus } from './saga-events.ts';
export type { SagaFilter, SagaRecord, SagaStore, SagaWish, StoredSaga } from './saga-store.ts';
export type { SagaView } from './saga-view.ts';
