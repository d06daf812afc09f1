import { sql, type Kysely, type Transaction } from 'kysely';
import type { RunEvent } from '@tramontane/engine';
import { OPERATOR, type Caller } from '../core/caller.ts';
import { OwnershipLost, type OwnedRun, type RunStore } from '../core/ports.ts';
import type { RunPlan } from '../core/run-plan.ts';
import { appendEvents } from './append-events.ts';
import type { Database } from './database.ts';
import { keepInline, sweepInline, toolReferences } from './inline-connectors.ts';
import { keepTurn } from './request-key-store.ts';
import type { Tables } from './schema.ts';
import { isForeignKeyViolation, isUniqueViolation } from './store-error.ts';

/** @param owner Id of this process among those that carry runs on this database. */
export function createRunStore(database: Pick<Database, 'db' | 'prepared'>, owner: string): RunStore {
  const { db } = database;
  return {
    async start(caller, run, conversation, kept) {
      const at = new Date();
      const owned = { workspace: caller.workspace, user_id: caller.user };
      try {
        return await db.transaction().execute(async trx => {
          if ('create' in conversation) {
            const { target, name, description, metadata } = conversation.create;
            await keepInline(trx, conversation.inline);
            await trx
              .insertInto('conversations')
              .values({
                id: conversation.id,
                ...owned,
                target: JSON.stringify(target),
                name,
                description,
                metadata: metadata && JSON.stringify(metadata),
                created_at: at,
                updated_at: at,
              })
              .execute();
          } else {
            // The row is locked by this update: of two starts at once the second counts the first one's run.
            const touched = await trx
              .updateTable('conversations')
              .set({ updated_at: at })
              .where('id', '=', conversation.id)
              .where('workspace', '=', caller.workspace)
              .where('user_id', '=', caller.user)
              .executeTakeFirst();
            if (touched.numUpdatedRows === 0n) return 'gone';
            const { count } = await trx
              .selectFrom('runs')
              .where('conversation_id', '=', conversation.id)
              .select(eb => eb.fn.countAll<string>().as('count'))
              .executeTakeFirstOrThrow();
            if (Number(count) !== conversation.runsSeen) return 'busy';
          }
          // Of two requests with one key the second waits here for the first, and then all of it fails.
          if (kept) await keepTurn(trx, caller, kept, { runId: run.id, conversationId: conversation.id });
          await trx
            .insertInto('runs')
            .values({
              id: run.id,
              ...owned,
              conversation_id: conversation.id,
              position: 'create' in conversation ? 0 : conversation.runsSeen,
              running: true,
              owner,
              plan: JSON.stringify(run.plan),
              caller: JSON.stringify(caller),
            })
            .execute();
          await trx
            .insertInto('run_events')
            .values({ run_id: run.id, seq: 0, ...owned, event: JSON.stringify(run.first) })
            .execute();
          return 'started';
        });
      } catch (error) {
        if (isUniqueViolation(error)) return 'busy';
        throw error;
      }
    },

    async append(run, seq, events) {
      const ends = events.some(({ type }) => type === 'run.finished');
      const next = events.findLast(event => event.type === 'agent.handed_off')?.plan;
      const unknown = events.flatMap(event =>
        event.type === 'tool.answered' && event.outcome.status === 'unknown' ? event : [],
      );
      const insert = (into: Pick<Kysely<Tables>, 'insertInto'>) =>
        into.insertInto('run_events').values(toRows(run, seq, events));
      try {
        if (unknown.length > 0) {
          // Found by its conversation and its caller later: nobody can ask the log for it without reading all of it.
          await db.transaction().execute(async trx => {
            await insert(trx).execute();
            await noteUnanswered(trx, run, unknown);
            if (ends)
              await trx.updateTable('runs').set({ running: false }).where('id', '=', run.id).execute();
          });
          if (ends) await sweepAfterRun(db, run);
        } else if (next) {
          // Together: who resumes the run goes on as the agent that took over, whose connectors are kept for it.
          await db
            .with('written', () => insert(db).returning('seq'))
            .updateTable('runs')
            .set({ plan: JSON.stringify(next), ...(ends && { running: false }) })
            .where('id', '=', run.id)
            .execute();
        } else if (!ends) await appendEvents(database, run, seq, events);
        else {
          // One statement: a run is never seen ended with its log unfinished, nor the other way round.
          const ended = await db
            .with('written', () => insert(db).returning('seq'))
            .updateTable('runs')
            .set({ running: false })
            .where('id', '=', run.id)
            .returning('plan')
            .executeTakeFirst();
          if (ended) await sweepAfterAgent(db, run.caller, ended.plan as RunPlan);
        }
      } catch (error) {
        if (isUniqueViolation(error) || isForeignKeyViolation(error)) throw new OwnershipLost(run.id);
        throw error;
      }
    },

    async load(runId) {
      const run = await db.selectFrom('runs').selectAll().where('id', '=', runId).executeTakeFirst();
      if (!run) return undefined;
      const owned: OwnedRun = {
        id: run.id,
        caller: run.caller ? (run.caller as Caller) : OPERATOR,
        conversationId: run.conversation_id,
        plan: run.plan as RunPlan,
        cancelRequested: run.cancel_requested,
        events: await eventsOf(db, runId, 0),
      };
      return owned;
    },

    async requestCancel(caller, conversationId) {
      const run = await db
        .updateTable('runs')
        .set({ cancel_requested: true })
        .where('conversation_id', '=', conversationId)
        .where('workspace', '=', caller.workspace)
        .where('user_id', '=', caller.user)
        .where('running', '=', true)
        .returning('id')
        .executeTakeFirst();
      return run?.id;
    },

    async eventsSince(caller: Caller, runId: string, seq: number) {
      const run = await db
        .selectFrom('runs')
        .select(sql`1`.as('found'))
        .where('id', '=', runId)
        .where('workspace', '=', caller.workspace)
        .where('user_id', '=', caller.user)
        .executeTakeFirst();
      return run && (await eventsOf(db, runId, seq));
    },
  };
}

function toRows(run: { id: string; caller: Caller }, seq: number, events: readonly RunEvent[]) {
  return events.map((event, index) => ({
    run_id: run.id,
    seq: seq + index,
    workspace: run.caller.workspace,
    user_id: run.caller.user,
    event: JSON.stringify(event),
  }));
}

async function sweepAfterRun(db: Kysely<Tables>, run: { id: string; caller: Caller }): Promise<void> {
  const ended = await db.selectFrom('runs').select('plan').where('id', '=', run.id).executeTakeFirst();
  if (ended) await sweepAfterAgent(db, run.caller, ended.plan as RunPlan);
}

async function noteUnanswered(
  trx: Transaction<Tables>,
  run: { id: string; caller: Caller },
  calls: readonly { callId: string; at: string }[],
): Promise<void> {
  const { conversation_id } = await trx
    .selectFrom('runs')
    .select('conversation_id')
    .where('id', '=', run.id)
    .executeTakeFirstOrThrow();
  const { workspace, user: user_id } = run.caller;
  const owned = { run_id: run.id, conversation_id, workspace, user_id };
  await trx
    .insertInto('unanswered_calls')
    .values(calls.map(({ callId, at }) => ({ ...owned, call_id: callId, noticed_at: at, settlement: null })))
    .execute();
}

/** Where its agent was deleted under way, a run was the last to need the connectors that only that agent named. */
async function sweepAfterAgent(db: Kysely<Tables>, caller: Caller, plan: RunPlan): Promise<void> {
  const references = toolReferences(plan);
  if (plan.agentId === undefined || references.length === 0) return;
  const agent = await db.selectFrom('agents').select('id').where('id', '=', plan.agentId).executeTakeFirst();
  if (agent) return;
  await db.transaction().execute(trx => sweepInline(trx, caller.workspace, references));
}

async function eventsOf(db: Kysely<Tables>, runId: string, from: number): Promise<RunEvent[]> {
  const rows = await db
    .selectFrom('run_events')
    .select('event')
    .where('run_id', '=', runId)
    .where('seq', '>=', from)
    .orderBy('seq')
    .execute();
  return rows.map(({ event }) => event as RunEvent);
}
