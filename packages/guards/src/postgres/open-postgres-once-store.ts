import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import type { Log } from '../log.ts';
import type { Claimed, OnceStore } from '../once/once-store.ts';

export interface PostgresOnceStoreOptions {
  readonly connectionString: string;
  /** Hours that a result is kept; 24 unless given. */
  readonly keepHours?: number;
  readonly log: Log;
}

const CONNECT_MS = 10_000;
/** How long a process that no longer says that it works on a claim is taken for alive. */
const LEASE_SECONDS = 15;
const RENEW_MS = 5000;
const FORGET_MS = 3_600_000;
const LOOK_MS: readonly number[] = [20, 50, 100, 200];

const TABLE = `
  CREATE TABLE IF NOT EXISTS tramontane_once (
    key text PRIMARY KEY,
    arguments_digest text NOT NULL,
    owner uuid NOT NULL,
    lease_until timestamptz NOT NULL,
    result text,
    forget_at timestamptz NOT NULL
  )`;
// Two processes that start at once may both find no table, and one of them then fails on the catalogue's own key.
const LOCK = 7_223_104_651;

const CLAIM = `
  INSERT INTO tramontane_once AS kept (key, arguments_digest, owner, lease_until, forget_at)
  VALUES ($1, $2, $3, now() + $4 * interval '1 second', now() + $5 * interval '1 hour')
  ON CONFLICT (key) DO UPDATE
    SET arguments_digest = $2, owner = $3, result = NULL,
        lease_until = now() + $4 * interval '1 second', forget_at = now() + $5 * interval '1 hour'
    WHERE kept.forget_at <= now() AND (kept.result IS NOT NULL OR kept.lease_until <= now())
  RETURNING key`;
const LOOK = `
  SELECT arguments_digest = $2 AS same, result, lease_until <= now() AS lost FROM tramontane_once WHERE key = $1`;

/**
 * For several processes, and for after a crash: the claim of a process that died is told as lost within 15 seconds, and
 * its call is not run again. Makes its table, `tramontane_once`, if it is not there. Works behind any pooler.
 *
 * @throws what `pg` throws when the database cannot be reached.
 */
export async function openPostgresOnceStore(options: PostgresOnceStoreOptions): Promise<OnceStore> {
  const { connectionString, keepHours = 24, log } = options;
  const owner = randomUUID();
  const pool = new Pool({
    connectionString,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
    keepAlive: true,
  });
  pool.on('error', error => log.warn({ err: error }, 'A connection for idempotency keys broke.'));
  await createTable(pool).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  const own = new Set<string>();
  const inBackground = (what: string, work: () => Promise<unknown>): void => {
    work().catch((error: unknown) => log.warn({ err: error }, what));
  };
  const renewing = setInterval(() => {
    if (own.size === 0) return;
    inBackground('Claims of idempotency keys could not be renewed.', () =>
      pool.query(
        `UPDATE tramontane_once SET lease_until = now() + $2 * interval '1 second' WHERE owner = $1 AND key = ANY($3)`,
        [owner, LEASE_SECONDS, [...own]],
      ),
    );
  }, RENEW_MS);
  const forgetting = setInterval(() => {
    inBackground('Old idempotency keys could not be forgotten.', () =>
      pool.query('DELETE FROM tramontane_once WHERE forget_at <= now() AND lease_until <= now()'),
    );
  }, FORGET_MS);
  renewing.unref();
  forgetting.unref();

  const look = async (key: string, argumentsDigest: string): Promise<Claimed | undefined> => {
    const { rows } = await pool.query<{ same: boolean; result: string | null; lost: boolean }>(LOOK, [
      key,
      argumentsDigest,
    ]);
    const [row] = rows;
    if (row === undefined) return undefined;
    if (!row.same) return { kind: 'other_arguments' };
    if (row.result !== null) return { kind: 'done', result: row.result };
    return { kind: row.lost ? 'lost' : 'running' };
  };
  const end = async (key: string, sql: string, values: readonly unknown[]): Promise<void> => {
    try {
      await pool.query(sql, [key, owner, ...values]);
    } finally {
      // Not renewed any longer: what could not be written is lost when the lease is over.
      own.delete(key);
    }
  };
  return {
    claim: async (key, argumentsDigest) => {
      for (;;) {
        const { rowCount } = await pool.query(CLAIM, [key, argumentsDigest, owner, LEASE_SECONDS, keepHours]);
        if (rowCount === 1) {
          own.add(key);
          return { kind: 'mine' };
        }
        const found = await look(key, argumentsDigest);
        // It was released between the two questions.
        if (found !== undefined) return found;
      }
    },
    settle: (key, result) =>
      end(key, `UPDATE tramontane_once SET result = $3 WHERE key = $1 AND owner = $2`, [result]),
    release: key => end(key, 'DELETE FROM tramontane_once WHERE key = $1 AND owner = $2', []),
    lose: key => end(key, 'UPDATE tramontane_once SET lease_until = now() WHERE key = $1 AND owner = $2', []),
    changed: async (key, signal) => {
      for (let time = 0; !signal.aborted; time += 1) {
        const waitMs = LOOK_MS[Math.min(time, LOOK_MS.length - 1)];
        await delay(waitMs, undefined, { signal }).catch(() => {});
        const { rows } = await pool.query<{ open: boolean }>(
          'SELECT result IS NULL AND lease_until > now() AS open FROM tramontane_once WHERE key = $1',
          [key],
        );
        if (rows[0]?.open !== true) return;
      }
    },
    close: async () => {
      clearInterval(renewing);
      clearInterval(forgetting);
      await pool.end();
    },
  };
}

async function createTable(pool: Pool): Promise<void> {
  const client = await pool.connect();
  // One that breaks now is told by its query; unheard it would end the process.
  client.on('error', () => undefined);
  try {
    // Of the transaction, not of the session: a pooler may give the session to somebody else.
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await client.query(TABLE);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
