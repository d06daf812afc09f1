import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import type { Client } from 'pg';
import type { Tables } from './schema.ts';

/**
 * Which process carries which run. A process shows that it lives by a session lock of PostgreSQL under its own id:
 * the database lets go of it the moment the process dies. Whoever gets the lock of another process knows it dead, and
 * takes its runs over. Nothing here has to be exact: a run with two owners is stopped by the key of its log.
 */
export interface RunOwnership {
  readonly owner: string;
  /** Ids of runs that nobody carries, from now on this process's: of dead processes, and of its own those it dropped. */
  claim(isCarried: (runId: string) => boolean): Promise<string[]>;
  /** Ids of this process's runs that are to stop. */
  toCancel(): Promise<string[]>;
  close(): Promise<void>;
}

const RECONNECT_MS = 500;
/**
 * A machine that loses its power closes no connection: without these the database would keep its lock for two hours, the
 * usual default, and nobody would take its runs over. A lock that is not had in time is asked for again.
 */
const SESSION = `
  set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3;
  set lock_timeout = 10000`;

export async function openRunOwnership(
  db: Kysely<Tables>,
  owner: string,
  options: { connect: () => Promise<Client>; onError: (error: Error) => void },
): Promise<RunOwnership> {
  const closing = new AbortController();
  let keeper: Client | undefined;

  const hold = async () => {
    const client = await options.connect();
    try {
      await client.query(SESSION);
      await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [lockName(owner)]);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    // Closed while it connected: nobody else would end this session.
    if (closing.signal.aborted) return await client.end();
    client.once('end', () => {
      if (!closing.signal.aborted) void holdAgain();
    });
    keeper = client;
  };
  // Without its lock this process counts as dead. Until it is back others may take its runs, which is safe.
  const holdAgain = async () => {
    while (!closing.signal.aborted) {
      try {
        return await hold();
      } catch (error) {
        options.onError(error instanceof Error ? error : new Error(String(error)));
        await sleep(RECONNECT_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };
  await hold();

  return {
    owner,
    async claim(isCarried) {
      const own = await db
        .selectFrom('runs')
        .select('id')
        .where('owner', '=', owner)
        .where('running', '=', true)
        .execute();
      const dropped = own.map(({ id }) => id).filter(id => !isCarried(id));
      const others = await db
        .selectFrom('runs')
        .select('owner')
        .distinct()
        .where('running', '=', true)
        .where('owner', '<>', owner)
        .execute();
      const taken: string[] = [];
      for (const other of others) taken.push(...(await takeOver(db, other.owner, owner)));
      // A run that was lost and comes back while it is still carried here goes on, or is dropped at its next write.
      return [...dropped, ...taken.filter(id => !isCarried(id))];
    },
    async toCancel() {
      const runs = await db
        .selectFrom('runs')
        .select('id')
        .where('owner', '=', owner)
        .where('running', '=', true)
        .where('cancel_requested', '=', true)
        .execute();
      return runs.map(({ id }) => id);
    },
    async close() {
      closing.abort();
      await keeper?.end();
    },
  };
}

async function takeOver(db: Kysely<Tables>, from: string, to: string): Promise<string[]> {
  return await db.transaction().execute(async trx => {
    if (!(await isOwnerDead(trx, from))) return [];
    const runs = await trx
      .updateTable('runs')
      .set({ owner: to })
      .where('owner', '=', from)
      .where('running', '=', true)
      .returning('id')
      .execute();
    return runs.map(({ id }) => id);
  });
}

/** Nobody holds the lock of this owner. It is held from here on for the transaction, if there is one. */
export async function isOwnerDead(db: Kysely<Tables>, owner: string): Promise<boolean> {
  // A lock of the transaction: it goes with it, however that ends.
  const { rows } = await sql<{ dead: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${lockName(owner)}, 0)) as dead`.execute(db);
  return rows[0]?.dead === true;
}

function lockName(owner: string): string {
  return `tramontane owner ${owner}`;
}
