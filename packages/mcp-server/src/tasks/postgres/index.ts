export { openPostgresTaskStore } from './open-postgres-task-store.ts';
export type { PostgresTaskStore, PostgresTaskStoreOptions } from './open-postgres-task-store.ts';
