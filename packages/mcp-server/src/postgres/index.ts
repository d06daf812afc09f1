export { openPostgresSagaStore } from '../saga/postgres/open-postgres-saga-store.ts';
export type {
  PostgresSagaStore,
  PostgresSagaStoreOptions,
} from '../saga/postgres/open-postgres-saga-store.ts';
export { openPostgresTaskStore } from '../tasks/postgres/open-postgres-task-store.ts';
export type {
  PostgresTaskStore,
  PostgresTaskStoreOptions,
} from '../tasks/postgres/open-postgres-task-store.ts';
