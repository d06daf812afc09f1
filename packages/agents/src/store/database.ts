import { Kysely, PostgresDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Client, Pool } from 'pg';
import { MIGRATIONS } from './migrations/index.ts';
import { SCHEMA } from './table-schema.ts';
import { StoreError } from './store-error.ts';
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
    max: options.maxConnections ?? 20,
  });
  // Without a listener an idle connection that breaks would end the process.
  pool.on('error', options.onError);
  const root = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
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
      await pool.query({ name, text, values: [...values] });
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
    isAlive: () =>
      sql`select 1`.execute(root).then(
        () => true,
        () => false,
      ),
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
  const error = cause instanceof AggregateError ? cause.errors[0] : cause;
  return error instanceof Error ? error.message || error.name : String(error);
}
