export { openPostgresOnceStore } from './open-postgres-once-store.ts';
export type { PostgresOnceStoreOptions } from './open-postgres-once-store.ts';
