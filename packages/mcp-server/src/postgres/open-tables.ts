import { randomInt } from 'node:crypto';
import { Pool, type PoolClient } from 'pg';
import { KitError } from '../kit-error.ts';
import type { Log } from '../log.ts';
import { createWatchers, type Watchers } from '../tasks/watchers.ts';
import { openPresence } from './presence.ts';

export interface TablesOptions {
  readonly connectionString: string;
  readonly maxConnections: number;
  /** Of the main table, and of the channel that tells of changes to its rows. */
  readonly name: string;
  /** What is kept there, for messages: `tasks`. */
  readonly what: string;
  /** First half of the advisory locks that say which processes live; the second is a number of the process. */
  readonly lockClass: number;
  /** Makes what is missing, in a transaction that no other process runs at the same time. */
  readonly create: (client: PoolClient) => Promise<void>;
  readonly log: Log;
}

/** Tables that several processes work on, each seen to live by a lock. */
export interface Tables {
  readonly pool: Pool;
  /** The number of this process. */
  readonly runner: number;
  /** Told of the ids that come over the channel. */
  readonly watchers: Watchers;
  readonly close: () => Promise<void>;
}

const CONNECT_MS = 10_000;
const QUERY_MS = 30_000;
/** Room for a suffix within the 63 bytes of a name in PostgreSQL. */
const NAME = /^[a-z_][a-z0-9_]{0,50}$/;

/** Condition that is true where nobody holds the lock of the process `runner` of a row; `$n` is the lock's class. */
export function isGone(parameter: string): string {
  return `NOT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = ${parameter}::int::oid AND objid = runner::oid)`;
}

/** @throws KitError `definition_invalid` for a name that cannot be; what `pg` throws if it cannot connect. */
export async function openTables(options: TablesOptions): Promise<Tables> {
  const { connectionString, maxConnections, name, what, lockClass, create, log } = options;
  if (!NAME.test(name)) {
    throw new KitError(
      'definition_invalid',
      `${JSON.stringify(name)} cannot name the table of ${what}. Use up to 51 of a-z 0-9 _, and no digit first.`,
    );
  }
  const pool = new Pool({
    connectionString,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
  });
  // Without a listener an idle connection that breaks ends the process.
  pool.on('error', error => log.warn({ err: error }, `A connection to the database of ${what} broke.`));
  const runner = randomInt(1, 2 ** 31);
  const watchers = createWatchers();
  const presence = openPresence({
    connectionString,
    channel: name,
    lock: [lockClass, runner],
    told: watchers.tell,
    // What happened while nobody listened is not told again.
    back: watchers.tellAll,
    what,
    log,
  });
  const close = async (): Promise<void> => {
    await presence.close();
    await pool.end();
  };
  try {
    await createAlone(pool, lockClass, create);
    await presence.ready;
  } catch (error) {
    await close();
    throw error;
  }
  return { pool, runner, watchers, close };
}

async function createAlone(
  pool: Pool,
  lockClass: number,
  create: (client: PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  // One that breaks now is told by its query; unheard it would end the process.
  client.on('error', () => undefined);
  try {
    await client.query('BEGIN');
    // Two processes that start at once would both find no table.
    await client.query('SELECT pg_advisory_xact_lock($1, 0)', [lockClass]);
    await create(client);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
