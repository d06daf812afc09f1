import { sql, type Kysely } from 'kysely';
import type { RunEvent } from '@tramontane/engine';
import type { Caller } from '../core/caller.ts';
import type { Conversation, ConversationTarget } from '../core/conversation.ts';
import type { ConversationStore, StoredRun } from '../core/ports.ts';
import type { RunPlan } from '../core/run-plan.ts';
import type { ConversationRow, Tables } from './schema.ts';

export function createConversationStore(db: Kysely<Tables>): ConversationStore {
  const mine = (caller: Caller) =>
    db
      .selectFrom('conversations')
      .selectAll()
      .where('workspace', '=', caller.workspace)
      .where('user_id', '=', caller.user);

  return {
    async get(caller, id) {
      const row = await mine(caller).where('id', '=', id).executeTakeFirst();
      return row && toConversation(row);
    },
    async list(caller, page) {
      let query = mine(caller);
      if (page.metadata)
        query = query.where(sql<boolean>`metadata @> ${JSON.stringify(page.metadata)}::jsonb`);
      const rows = await query
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .offset(page.offset)
        .limit(page.limit)
        .execute();
      return rows.map(toConversation);
    },
    async remove(caller, id) {
      const result = await db
        .deleteFrom('conversations')
        .where('workspace', '=', caller.workspace)
        .where('user_id', '=', caller.user)
        .where('id', '=', id)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
    async listRuns(caller, id) {
      const rows = await db
        .selectFrom('runs')
        .leftJoin('run_events', 'run_events.run_id', 'runs.id')
        .where('runs.workspace', '=', caller.workspace)
        .where('runs.user_id', '=', caller.user)
        .where('runs.conversation_id', '=', id)
        .orderBy('runs.position')
        .orderBy('run_events.seq')
        .select(['runs.id', 'runs.running', 'runs.plan', 'run_events.event'])
        .execute();
      const runs = new Map<string, StoredRun & { events: RunEvent[] }>();
      for (const row of rows) {
        let run = runs.get(row.id);
        if (!run) {
          const { agentId } = row.plan as RunPlan;
          run = { id: row.id, running: row.running, events: [], ...(agentId !== undefined && { agentId }) };
          runs.set(row.id, run);
        }
        if (row.event) run.events.push(row.event as RunEvent);
      }
      return [...runs.values()];
    },
  };
}

function toConversation(row: ConversationRow): Conversation {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    metadata: row.metadata as Conversation['metadata'],
    target: row.target as ConversationTarget,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
