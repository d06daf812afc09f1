import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/** API keys, the workspaces they open, and who started a run: another process that carries it on asks as them. */
export const apiKeys: Migration = { up: createTables };

async function createTables(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`set local search_path to ${SCHEMA}`).execute(db);
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // A workspace belongs to one organization for good: rows that name it alone are safe.
  'create table workspaces (id text primary key, organization text not null)',
  "insert into workspaces values ('default', 'default')",
  `create table api_keys (
    id uuid primary key,
    name text not null,
    sha256 text not null unique,
    fingerprint text not null,
    workspace text not null references workspaces,
    user_id text not null,
    role text not null,
    key_scope text not null,
    created_at timestamptz not null,
    revoked_at timestamptz
  )`,
  'create unique index api_keys_by_name on api_keys (workspace, name) where revoked_at is null',
  // Empty for runs of before: they were all the operator's.
  'alter table runs add column caller json',
];
