export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './error.ts';
export { openEmbeddedPostgres, passwordFile, type EmbeddedPostgres } from './open.ts';
