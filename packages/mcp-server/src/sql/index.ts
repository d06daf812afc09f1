export { openSqlAccess } from './open-sql-access.ts';
export type { SqlAccess, SqlAccessOptions } from './open-sql-access.ts';
export type { PostgresSource } from './postgres/open-postgres.ts';
export type { SqliteSource } from './sqlite/open-sqlite.ts';
export type { QueryToolOptions } from './query-tool.ts';
export type { RowValue, SqlTable, SqlValue } from './sql-table.ts';
export type { SqlLimits } from './sql-limits.ts';
export type { SqlOutcome, SqlRow } from './sql-outcome.ts';
