import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/** What began under the idempotency keys of requests. */
export const requestKeys: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(`set local search_path to ${SCHEMA}`).execute(db);
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // The id is a digest of the caller and their key: of two requests with one key, only the first can write its row.
  // A row holds a turn, which outlives its conversation here, or a direct call of a tool.
  `create table request_keys (
    id text primary key,
    workspace text not null, user_id text not null,
    digest text not null,
    endpoint text not null,
    made_at timestamptz not null default now(),
    run_id text, conversation_id text, answered json,
    call_key uuid, repeatable boolean, owner uuid, attempt uuid, result json,
    check ((run_id is null) <> (call_key is null))
  )`,
  'create index request_keys_by_time on request_keys (made_at)',
];
