import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Client, Pool } from 'pg';
import { MIGRATIONS } from './migrations/index.ts';
import { SCHEMA } from './table-schema.ts';
import { StoreError } from './store-error.ts';
import { ApiError } from '../core/api-error.ts';
import { sayWhenAway, watchPool } from './watched-pool.ts';
import type { Tables } from './schema.ts';

export interface Database {
  readonly db: Kysely<Tables>;
  /** Names of the migrations that this opening carried out, in their order. */
  readonly migrated: readonly string[];
  /**
   * Runs a statement that is prepared once a connection, for what is done all the time. Its columns have to be named: a
   * prepared `*` fails in older processes as soon as a newer one adds a column.
   */
  prepared(name: string, text: string, values: readonly unknown[]): Promise<void>;
  /** A connection of its own, outside the pool: for session locks. */
  connect(): Promise<Client>;
  isAlive(): Promise<boolean>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Silence after which a connection is probed; the system's own default is two hours. */
const KEEP_ALIVE_MS = 10_000;
/** No statement of ours takes long; one that does must not hold a connection for ever. */
const STATEMENT_TIMEOUT_MS = 60_000;
/** A database that no longer says anything, as one whose machine is gone, does not hold to its own limit. */
const SILENCE_MS = 65_000;
/** Whoever asks whether it is there asks again soon. */
const ALIVE_MS = 2000;

/** Connects, and brings the tables up to date. Safe when several servers start at once. */
export async function openDatabase(
  url: string,
  options: { maxConnections?: number; onError: (error: Error) => void },
): Promise<Database> {
  const settings = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'tramontane',
  };
  const pool = new Pool({
    ...settings,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: SILENCE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    max: options.maxConnections ?? 20,
  });
  // Without a listener an idle connection that breaks would end the process.
  pool.on('error', options.onError);
  const root = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: watchPool(pool) }) });
  const db = root.withSchema(SCHEMA);
  let migrated: readonly string[];
  try {
    migrated = await migrate(root);
  } catch (cause) {
    await root.destroy();
    throw new StoreError('database_unusable', `The database cannot be used: ${reasonOf(cause)}`, { cause });
  }
  return {
    db,
    migrated,
    async prepared(name, text, values) {
      await sayWhenAway(pool.query({ name, text, values: [...values] }));
    },
    async connect() {
      const client = new Client({
        ...settings,
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      });
      client.on('error', options.onError);
      await client.connect();
      return client;
    },
    async isAlive() {
      const looked = sql`select 1`.execute(root).then(
        () => true,
        () => false,
      );
      return Promise.race([looked, delay(ALIVE_MS, false, { ref: false })]);
    },
    close: () => root.destroy(),
  };
}

async function migrate(root: Kysely<Tables>): Promise<readonly string[]> {
  const migrator = new Migrator({
    db: root,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
    migrationTableSchema: SCHEMA,
    // Numbers are given out in ranges: a lower one may come to a database later than a higher one.
    allowUnorderedMigrations: true,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw error;
  return results.map(({ migrationName }) => migrationName);
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof ApiError ? cause.cause : cause;
  const error: unknown = inner instanceof AggregateError ? inner.errors[0] : inner;
  return error instanceof Error ? error.message || error.name : String(error);
}
