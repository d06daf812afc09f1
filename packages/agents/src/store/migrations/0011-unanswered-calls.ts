import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/** Calls that left and of which nobody knows whether they ran, and what a person or their server said of them later. */
export const unansweredCalls: Migration = {
  async up(db: Kysely<unknown>) {
    await sql.raw(`set local search_path to ${SCHEMA}`).execute(db);
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `create table unanswered_calls (
    run_id text not null references runs on delete cascade,
    call_id text not null,
    workspace text not null, user_id text not null,
    conversation_id text not null references conversations on delete cascade,
    noticed_at timestamptz not null,
    settlement json,
    primary key (run_id, call_id)
  )`,
  'create index unanswered_calls_by_time on unanswered_calls (workspace, user_id, noticed_at, call_id)',
  'create index unanswered_calls_of_conversation on unanswered_calls (conversation_id)',
];
