import { setTimeout as delay } from 'node:timers/promises';
import { sql, type Kysely, type Transaction } from 'kysely';
import { isDatabaseAway } from '../core/api-error.ts';
import type { Caller } from '../core/caller.ts';
import { createUuid } from '../core/ids.ts';
import type { Answered, ClaimedCall, RequestKey, RequestKeyStore } from '../core/request-key.ts';
import { isOwnerDead } from './run-ownership.ts';
import type { Tables } from './schema.ts';

/** Hours that a key is kept, counted from its request. */
const KEEP_HOURS = 24;

/** Milliseconds between two tries to write something down while the database is away. */
const TRY_AGAIN_MS = 500;

/**
 * Writes how a call ended. While the database is away it is tried again and again, behind the back of the caller, who is
 * told of the first failure: the others see that this process lives, and would wait for a call that has ended.
 * @param over Called when it is written, or never will be.
 */
async function writeAtLast(write: () => Promise<unknown>, over: () => void): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isDatabaseAway(error))
      void delay(TRY_AGAIN_MS, undefined, { ref: false })
        .then(() => writeAtLast(write, over))
        .catch(() => undefined);
    else over();
    throw error;
  }
  over();
}

/** Writes down which turn a key began, in the transaction that writes its run. Fails on the key of another one. */
export async function keepTurn(
  trx: Transaction<Tables>,
  caller: Caller,
  { key, answered }: { readonly key: RequestKey; readonly answered: Answered },
  turn: { readonly runId: string; readonly conversationId: string },
): Promise<void> {
  await trx
    .insertInto('request_keys')
    .values({
      ...key,
      workspace: caller.workspace,
      user_id: caller.user,
      run_id: turn.runId,
      conversation_id: turn.conversationId,
      answered: JSON.stringify(answered),
    })
    .execute();
}

/** @param owner Id of this process, whose lock shows that it lives. */
export function createRequestKeyStore(db: Kysely<Tables>, owner: string): RequestKeyStore {
  /** Attempts of this process that have not ended. */
  const carried = new Set<string>();

  const find = async (caller: Caller, key: RequestKey) => {
    const row = await db
      .selectFrom('request_keys')
      .leftJoin('runs', 'runs.id', 'request_keys.run_id')
      .selectAll('request_keys')
      .select('runs.id as run')
      .where('request_keys.id', '=', key.id)
      .where('request_keys.workspace', '=', caller.workspace)
      .where('request_keys.user_id', '=', caller.user)
      .executeTakeFirst();
    if (!row || row.digest === key.digest) return row;
    return { kind: 'other_request', endpoint: row.endpoint } as const;
  };
  const isCarried = async ({ owner: by, attempt }: { owner: string | null; attempt: string | null }) => {
    if (by === null || attempt === null) return false;
    return by === owner ? carried.has(attempt) : !(await isOwnerDead(db, by));
  };
  /**
   * @param isFirst The key is free again when this attempt did not leave. After another attempt it is not: that one may
   * have had its effect.
   * @param write Writes the attempt into the row; false when somebody else did.
   */
  const claim = async (
    isFirst: boolean,
    write: (attempt: string) => Promise<boolean>,
  ): Promise<ClaimedCall | undefined> => {
    const attempt = createUuid();
    // Before it is written: whoever finds it in the row must not take it for one that broke off.
    carried.add(attempt);
    const end = (work: () => Promise<unknown>) => writeAtLast(work, () => carried.delete(attempt));
    const mine = db.updateTable('request_keys').where('attempt', '=', attempt);
    const lose = () => end(() => mine.set({ owner: null }).execute());
    const release = isFirst
      ? () => end(() => db.deleteFrom('request_keys').where('attempt', '=', attempt).execute())
      : lose;
    let isWritten: boolean;
    try {
      isWritten = await write(attempt);
    } catch (error) {
      // It may be written all the same, as when the connection broke before the answer came.
      await release().catch(() => undefined);
      throw error;
    }
    if (!isWritten) {
      carried.delete(attempt);
      return undefined;
    }
    return {
      settle: result => end(() => mine.set({ result: JSON.stringify(result) }).execute()),
      release,
      lose,
    };
  };

  return {
    async findTurn(caller, key) {
      const row = await find(caller, key);
      if (!row || 'kind' in row) return row;
      return {
        runId: row.run_id ?? '',
        conversationId: row.conversation_id ?? '',
        answered: row.answered as unknown as Answered,
        deleted: row.run === null,
      };
    },
    async findCall(caller, key) {
      const row = await find(caller, key);
      if (!row || 'kind' in row) return row;
      if (row.result) return { kind: 'done', result: row.result };
      if (await isCarried(row)) return { kind: 'running' };
      // It may have ended, or been taken over, between the two looks.
      const now = await find(caller, key);
      if (!now || 'kind' in now) return now;
      if (now.result) return { kind: 'done', result: now.result };
      if (now.attempt !== row.attempt) return { kind: 'running' };
      const { call_key: callKey, attempt, repeatable } = now;
      return {
        kind: 'broken_off',
        callKey: callKey ?? '',
        attempt: attempt ?? '',
        repeatable: repeatable === true,
      };
    },
    claimCall: (caller, key, { callKey, repeatable }) =>
      claim(true, async attempt => {
        const { numInsertedOrUpdatedRows: written = 0n } = await db
          .insertInto('request_keys')
          .values({
            ...key,
            workspace: caller.workspace,
            user_id: caller.user,
            call_key: callKey,
            repeatable,
            owner,
            attempt,
          })
          .onConflict(conflict => conflict.column('id').doNothing())
          .executeTakeFirstOrThrow();
        return written > 0n;
      }),
    takeCallOver: (key, from) =>
      claim(false, async attempt => {
        const { numUpdatedRows } = await db
          .updateTable('request_keys')
          .set({ owner, attempt })
          .where('id', '=', key.id)
          .where('attempt', '=', from)
          .where('result', 'is', null)
          .executeTakeFirstOrThrow();
        return numUpdatedRows > 0n;
      }),
    async sweep() {
      await db
        .deleteFrom('request_keys')
        .where('made_at', '<', sql<Date>`now() - ${KEEP_HOURS} * interval '1 hour'`)
        .execute();
    },
  };
}
