import type { Kysely } from 'kysely';
import type { Caller } from '../core/caller.ts';
import type { Settlement, UnansweredCallStore } from '../core/unanswered-call.ts';
import type { Tables } from './schema.ts';

export function createUnansweredCallStore(db: Kysely<Tables>): UnansweredCallStore {
  const mine = (caller: Caller) =>
    db
      .selectFrom('unanswered_calls')
      .select(['run_id as runId', 'call_id as callId', 'conversation_id as conversationId'])
      .select(['noticed_at as noticedAt', 'settlement'])
      .where('workspace', '=', caller.workspace)
      .where('user_id', '=', caller.user);
  type Row = Awaited<ReturnType<ReturnType<typeof mine>['execute']>>[number];
  const toCall = (row: Row) => ({ ...row, settlement: row.settlement as Settlement | null });

  return {
    async list(caller, filter) {
      let query = mine(caller);
      if (filter.conversationId !== undefined)
        query = query.where('conversation_id', '=', filter.conversationId);
      if (!filter.settled) query = query.where('settlement', 'is', null);
      const rows = await query
        .orderBy('noticed_at', 'desc')
        .orderBy('call_id')
        .offset(filter.offset)
        .limit(filter.limit)
        .execute();
      return rows.map(toCall);
    },
    async find(caller, conversationId, callId) {
      const row = await mine(caller)
        .where('conversation_id', '=', conversationId)
        .where('call_id', '=', callId)
        .executeTakeFirst();
      return row && toCall(row);
    },
    async settle(caller, { runId, callId }, settlement) {
      const written = await db
        .updateTable('unanswered_calls')
        .set({ settlement: JSON.stringify(settlement) })
        .where('workspace', '=', caller.workspace)
        .where('user_id', '=', caller.user)
        .where('run_id', '=', runId)
        .where('call_id', '=', callId)
        // Of two at once the first one counts.
        .where('settlement', 'is', null)
        .executeTakeFirst();
      return written.numUpdatedRows > 0n;
    },
    async settlements(caller, conversationId) {
      const rows = await mine(caller)
        .where('conversation_id', '=', conversationId)
        .where('settlement', 'is not', null)
        .execute();
      return new Map(rows.map(row => [row.callId, row.settlement as unknown as Settlement]));
    },
  };
}
