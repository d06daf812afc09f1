import { sql, type Kysely } from 'kysely';
import type { RunEvent } from '@tramontane/engine';
import type { Caller } from '../core/caller.ts';
import type { Conversation, ConversationTarget } from '../core/conversation.ts';
import type { ConversationStore, StoredRun } from '../core/ports.ts';
import type { RunPlan } from '../core/run-plan.ts';
import { sweepInline, toolReferences } from './inline-connectors.ts';
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
      return await db.transaction().execute(async trx => {
        // Locked before its runs are read: a turn that starts meanwhile is either among them or finds nothing here.
        const known = await trx
          .selectFrom('conversations')
          .select('target')
          .where('workspace', '=', caller.workspace)
          .where('user_id', '=', caller.user)
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (!known) return undefined;
        const runs = await trx
          .selectFrom('runs')
          .select(['id', 'running', 'plan'])
          .where('conversation_id', '=', id)
          .execute();
        await trx.deleteFrom('conversations').where('id', '=', id).execute();
        const target = known.target as ConversationTarget;
        const named = [
          ...(target.kind === 'model' ? [target] : []),
          ...runs.map(({ plan }) => plan as RunPlan),
        ];
        await sweepInline(trx, caller.workspace, named.flatMap(toolReferences));
        return runs.flatMap(run => (run.running ? [run.id] : []));
      });
    },
    async listRuns(caller, id, from) {
      const rows = await db
        .selectFrom('runs')
        .leftJoin('run_events', 'run_events.run_id', 'runs.id')
        .where('runs.workspace', '=', caller.workspace)
        .where('runs.user_id', '=', caller.user)
        .where('runs.conversation_id', '=', id)
        .where('runs.position', '>=', from)
        .orderBy('runs.position')
        .orderBy('run_events.seq')
        .select(['runs.id', 'runs.running', 'runs.plan', 'run_events.event'])
        .select(sql<number | null>`octet_length(run_events.event::text)`.as('bytes'))
        .execute();
      const runs = new Map<string, StoredRun & { events: RunEvent[]; bytes: number }>();
      for (const row of rows) {
        let run = runs.get(row.id);
        if (!run) {
          const { agentId } = row.plan as RunPlan;
          run = {
            id: row.id,
            running: row.running,
            bytes: 0,
            events: [],
            ...(agentId !== undefined && { agentId }),
          };
          runs.set(row.id, run);
        }
        if (row.event) run.events.push(row.event as RunEvent);
        run.bytes += row.bytes ?? 0;
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
