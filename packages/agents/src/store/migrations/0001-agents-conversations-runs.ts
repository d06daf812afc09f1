import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/** The first tables. A migration that has landed is never edited. */
export const agentsConversationsRuns: Migration = { up: createTables };

async function createTables(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`set local search_path to ${SCHEMA}`).execute(db);
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const OWNED = 'workspace text not null, user_id text not null';

const STATEMENTS = [
  `create table agents (
    id text primary key, ${OWNED},
    version integer not null,
    deployment_chat boolean not null default false,
    source text not null,
    created_at timestamptz not null, updated_at timestamptz not null
  )`,
  'create index agents_by_time on agents (workspace, created_at, id)',
  `create table agent_versions (
    agent_id text not null references agents on delete cascade, ${OWNED},
    version integer not null,
    config json not null,
    created_at timestamptz not null,
    primary key (agent_id, version)
  )`,
  `create table connectors (
    id uuid primary key, ${OWNED},
    name text not null,
    inline_key text,
    config json not null,
    sealed_access text not null,
    created_at timestamptz not null, modified_at timestamptz not null
  )`,
  'create unique index connectors_by_name on connectors (workspace, name) where inline_key is null',
  'create unique index connectors_inline on connectors (workspace, user_id, inline_key) where inline_key is not null',
  `create table conversations (
    id text primary key, ${OWNED},
    target json not null,
    name text, description text, metadata jsonb,
    created_at timestamptz not null, updated_at timestamptz not null
  )`,
  'create index conversations_by_time on conversations (workspace, user_id, created_at, id)',
  `create table runs (
    id text primary key, ${OWNED},
    conversation_id text not null references conversations on delete cascade,
    position integer not null,
    running boolean not null,
    owner uuid not null,
    plan json not null,
    started_at timestamptz not null default now(),
    unique (conversation_id, position)
  )`,
  // One turn at a time: a second start in the same conversation fails here, whichever process it comes from.
  'create unique index runs_one_running on runs (conversation_id) where running',
  'create index runs_running on runs (owner) where running',
  // The key is what stops a second owner of a run: whoever writes a position first has it.
  `create table run_events (
    run_id text not null references runs on delete cascade, ${OWNED},
    seq integer not null,
    event json not null,
    recorded_at timestamptz not null default now(),
    primary key (run_id, seq)
  )`,
];
