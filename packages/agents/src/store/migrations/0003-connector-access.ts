import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/** Who sees a connector, how each signs in to it, and how it is switched on for whom. */
export const connectorAccess: Migration = { up: createTables };

async function createTables(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`set local search_path to ${SCHEMA}`).execute(db);
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

// What a level does not have is empty, not null: then one unique key holds for all levels.
const HELD = `
  connector_id uuid not null references connectors on delete cascade,
  level text not null, organization text not null, workspace text not null, user_id text not null`;
const HOLDER = 'connector_id, level, organization, workspace, user_id';

const STATEMENTS = [
  "alter table connectors add column organization text not null default 'default', add column visibility text",
  "update connectors set visibility = config->>'visibility'",
  'alter table connectors alter column organization drop default, alter column visibility set not null',
  // Ways to sign in were words; now they say which headers and which authorization server.
  `update connectors set config = (
    (config::jsonb - 'visibility') || jsonb_build_object('authMethods', coalesce((
      select jsonb_agg(jsonb_build_object('type', method, 'headers', '[]'::jsonb))
      from jsonb_array_elements_text(config::jsonb->'authMethods') as method), '[]'::jsonb))
  )::json`,
  'drop index connectors_by_name',
  // Private names are their owner's business: somebody else's must not be told by a conflict.
  `create unique index connectors_by_private_name on connectors (workspace, user_id, name)
    where inline_key is null and visibility = 'private'`,
  `create unique index connectors_by_shared_name on connectors (workspace, name)
    where inline_key is null and visibility <> 'private'`,
  `create unique index connectors_by_organization_name on connectors (organization, name)
    where inline_key is null and visibility = 'shared_org'`,
  'create index connectors_by_time on connectors (organization, created_at, id) where inline_key is null',
  `create table connector_credentials (
    id uuid primary key, ${HELD},
    name text not null, title text,
    auth_type text not null, is_default boolean not null,
    creator text not null, origin text not null,
    sealed_secret text not null, status json,
    created_at timestamptz not null, modified_at timestamptz not null,
    unique (${HOLDER}, name)
  )`,
  `create unique index connector_credentials_default on connector_credentials (${HOLDER}, auth_type)
    where is_default`,
  `create table connector_preferences (
    ${HELD},
    active boolean not null,
    tool_configuration json,
    modified_at timestamptz not null,
    primary key (${HOLDER})
  )`,
];
