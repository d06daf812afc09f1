import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { escapeIdentifier, Pool } from 'pg';
import { createLineLog, type Log } from '../../log.ts';
import { KitError } from '../../kit-error.ts';
import type { StoredTask, TaskStore } from '../task-store.ts';
import { hasEnded, type Task } from '../task.ts';
import { createWatchers } from '../watchers.ts';
import { openPresence } from './presence.ts';

export interface PostgresTaskStoreOptions {
  /** As in `postgres://user:password@host/database`. */
  readonly connectionString: string;
  /** Of this store alone; made when it is missing. `mcp_tasks` unless given. */
  readonly table?: string;
  /** Connections for queries, beside one that listens; 5 unless given. */
  readonly maxConnections?: number;
  /** Milliseconds a process may be cut off before the others give up its tasks; 3,000 unless given. */
  readonly graceMs?: number;
  /** For connections that break; warnings and errors go to stderr unless given. */
  readonly log?: Log;
}

export interface PostgresTaskStore extends TaskStore, AsyncDisposable {
  /** After `McpServer.close`: tasks that still run then are lost to their callers. */
  readonly close: () => Promise<void>;
}

/** First half of the advisory locks that say which processes live; the second is a number of the process. */
const LOCK_CLASS = 1_416_129_355;
const CONNECT_MS = 10_000;
const QUERY_MS = 30_000;
const CLEAN_MS = 60_000;
const GRACE_MS = 3000;

/**
 * Keeps tasks in PostgreSQL 14 or newer, so that results outlive the process, and several processes serve each other's
 * tasks. A task whose process is gone is told by a lock of that process that nobody holds any more.
 *
 * @throws KitError `definition_invalid` for a table name that cannot be; what `pg` throws if it cannot connect.
 */
export async function openPostgresTaskStore(options: PostgresTaskStoreOptions): Promise<PostgresTaskStore> {
  const { connectionString, table: name = 'mcp_tasks', maxConnections = 5 } = options;
  const { graceMs = GRACE_MS, log = createLineLog() } = options;
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(name)) {
    throw new KitError(
      'definition_invalid',
      `${JSON.stringify(name)} cannot name the table of tasks. Use up to 51 of a-z 0-9 _, and no digit first.`,
    );
  }
  const table = escapeIdentifier(name);
  const pool = new Pool({
    connectionString,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
  });
  // Without a listener an idle connection that breaks ends the process.
  pool.on('error', error => log.warn({ err: error }, 'A connection to the database of tasks broke.'));
  const runner = randomInt(1, 2 ** 31);
  const watchers = createWatchers();
  const presence = openPresence({
    connectionString,
    channel: name,
    lock: [LOCK_CLASS, runner],
    told: watchers.tell,
    // What happened while nobody listened is not told again.
    back: watchers.tellAll,
    log,
  });
  const close = async (): Promise<void> => {
    await presence.close();
    await pool.end();
  };
  try {
    await createTable(pool, table);
    await presence.ready;
  } catch (error) {
    await close();
    throw error;
  }
  let cleanedAt = Date.now();

  const look = async (taskId: string): Promise<StoredTask | undefined> => {
    const { rows } = await pool.query<Omit<StoredTask, 'task'> & { task: string }>(
      `SELECT task, revision, runner <> $2 AND NOT EXISTS (
         SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND classid = $3::int::oid AND objid = runner::oid
       ) AS interrupted FROM ${table} WHERE task_id = $1 AND expires_at > now()`,
      [taskId, runner, LOCK_CLASS],
    );
    const [row] = rows;
    return row && { ...row, task: JSON.parse(row.task) as Task };
  };

  return {
    create: async task => {
      if (Date.now() - cleanedAt > CLEAN_MS) {
        cleanedAt = Date.now();
        await pool.query(`DELETE FROM ${table} WHERE expires_at < now()`);
      }
      await pool.query(`INSERT INTO ${table} (task_id, runner, expires_at, task) VALUES ($1, $2, $3, $4)`, [
        task.taskId,
        runner,
        toExpiry(task),
        JSON.stringify(task),
      ]);
    },
    get: async taskId => {
      const found = await look(taskId);
      if (!found?.interrupted || hasEnded(found.task)) return found;
      // Its process may only have lost its connection, and be about to come back.
      await delay(graceMs);
      return look(taskId);
    },
    replace: async (task, revision) => {
      const { rowCount } = await pool.query(
        `WITH changed AS (
           UPDATE ${table} SET task = $3, revision = revision + 1, expires_at = $4
           WHERE task_id = $1 AND revision = $2 RETURNING task_id
         ) SELECT pg_notify($5, task_id) FROM changed`,
        [task.taskId, revision, JSON.stringify(task), toExpiry(task), name],
      );
      return rowCount === 1;
    },
    watch: watchers.add,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The task as text: `jsonb` would refuse the character 0, which JSON can carry. */
async function createTable(pool: Pool, table: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    // Two processes that start at once would both find no table.
    await client.query('SELECT pg_advisory_xact_lock($1, 0)', [LOCK_CLASS]);
    await client.query(`CREATE TABLE IF NOT EXISTS ${table} (
      task_id text PRIMARY KEY, revision integer NOT NULL DEFAULT 0, runner integer NOT NULL,
      expires_at timestamptz NOT NULL, task text NOT NULL)`);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

function toExpiry({ createdAt, ttlMs }: Task): Date {
  return new Date(createdAt + ttlMs);
}
