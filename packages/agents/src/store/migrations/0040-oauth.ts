import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/** OAuth with tool servers: tokens, clients that were registered, and sign-ins on their way. */
export const oauth: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(`set local search_path to ${SCHEMA}`).execute(db);
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // A row is one credential's tokens. Whoever renews them claims the row first; the claim ends by itself.
  `create table oauth_tokens (
    connector_id uuid not null references connectors on delete cascade,
    credential text not null,
    workspace text not null,
    sealed text,
    version integer not null,
    claimed_until timestamptz,
    updated_at timestamptz not null,
    primary key (connector_id, credential)
  )`,
  `create table oauth_clients (
    workspace text not null,
    issuer text not null,
    redirect_uri text not null,
    sealed text not null,
    created_at timestamptz not null,
    primary key (workspace, issuer, redirect_uri)
  )`,
  // The state itself is not stored: who reads this table cannot answer for somebody else's sign-in.
  `create table oauth_sign_ins (
    state_hash text primary key,
    workspace text not null, user_id text not null,
    caller json not null,
    connector_id uuid not null references connectors on delete cascade,
    credentials_name text not null,
    credentials_title text,
    sealed text not null,
    return_url text,
    expires_at timestamptz not null
  )`,
  'create index oauth_sign_ins_by_end on oauth_sign_ins (expires_at)',
];
