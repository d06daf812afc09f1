import { setTimeout as delay } from 'node:timers/promises';
import { escapeIdentifier } from 'pg';
import { createLineLog, type Log } from '../../log.ts';
import { isGone, openTables } from '../../postgres/open-tables.ts';
import type { StoredTask, TaskStore } from '../task-store.ts';
import { hasEnded, type Task } from '../task.ts';

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

/** See `lockClass` of `openTables`: a number of this store alone. */
const LOCK_CLASS = 1_416_129_355;
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
  const table = escapeIdentifier(name);
  const { pool, runner, watchers, close } = await openTables({
    connectionString,
    maxConnections,
    name,
    what: 'tasks',
    lockClass: LOCK_CLASS,
    // The task as text: `jsonb` would refuse the character 0, which JSON can carry.
    create: async client => {
      await client.query(`CREATE TABLE IF NOT EXISTS ${table} (
        task_id text PRIMARY KEY, revision integer NOT NULL DEFAULT 0, runner integer NOT NULL,
        expires_at timestamptz NOT NULL, task text NOT NULL)`);
    },
    log,
  });
  let cleanedAt = Date.now();

  const look = async (taskId: string): Promise<StoredTask | undefined> => {
    const { rows } = await pool.query<Omit<StoredTask, 'task'> & { task: string }>(
      `SELECT task, revision, runner <> $2 AND ${isGone('$3')} AS interrupted FROM ${table} WHERE task_id = $1 AND expires_at > now()`,
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

function toExpiry({ createdAt, ttlMs }: Task): Date {
  return new Date(createdAt + ttlMs);
}
