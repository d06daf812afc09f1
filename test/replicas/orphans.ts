import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Replica } from './replica.ts';

/** Fewest runs under way at one of so many processes. */
const CARRIED = `
  select coalesce(min(runs), 0) as count from (
    select count(*) as runs from tramontane.runs where running group by owner) as each
  having count(*) = $1`;
/** Runs under way whose process holds no lock any more: nobody carries them. */
const ORPHANS = `
  select count(*) from tramontane.runs where running and not exists (
    select 1 from pg_locks where locktype = 'advisory' and granted
      and (classid::bigint << 32) | objid::bigint = hashtextextended('tramontane owner ' || owner, 0))`;

/** They may be taken over between two looks. */
const RESUMED = "select count(*) from tramontane.run_events where event->>'type' = 'run.resumed'";

const LOOK_MS = 20;
const LIMIT_MS = 60_000;

/** How many runs a kill left behind, and how long it took until others had taken over all of them. */
export interface TakenOver {
  readonly orphans: number;
  readonly tookMs: number;
}

/**
 * Waits for a moment at which each of the replicas carries several runs, and kills one. It is frozen first, so that it
 * cannot end its runs between that moment and the kill.
 * @throws when no such moment comes, or its runs are not taken over within a minute.
 */
export async function timeTakeOver(
  databaseUrl: string,
  replicas: number,
  victim: Pick<Replica, 'freeze' | 'thaw' | 'kill'>,
): Promise<TakenOver> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const count = async (text: string, values: readonly unknown[] = []): Promise<number> =>
    Number((await client.query<{ count: string }>(text, [...values])).rows[0]?.count ?? 0);
  try {
    const severalEach = async () => (await count(CARRIED, [replicas])) >= 2;
    for (const until = Date.now() + LIMIT_MS; ; await delay(LOOK_MS)) {
      if (Date.now() > until) throw new Error('The replicas never carried several runs each.');
      if (!(await severalEach())) continue;
      victim.freeze();
      // What it had sent to the database before may still be carried out.
      await delay(LOOK_MS);
      if (await severalEach()) break;
      victim.thaw();
    }
    const before = await count(RESUMED);
    const killed = performance.now();
    await victim.kill();
    let orphans = 0;
    for (;;) {
      const left = await count(ORPHANS);
      orphans = Math.max(orphans, left + (await count(RESUMED)) - before);
      const tookMs = Math.round(performance.now() - killed);
      // The database notices a moment after the process is gone.
      if (left === 0 && (orphans > 0 || tookMs > 2000)) return { orphans, tookMs };
      if (tookMs > LIMIT_MS) throw new Error(`${left} runs were not taken over within ${LIMIT_MS / 1000} s.`);
      await delay(LOOK_MS);
    }
  } finally {
    await client.end();
  }
}
