import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/** What is pinned holds for an address, and the operator's servers, which have no row of their own, are pinned as well. */
export const pinsOfAddresses: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(`set local search_path to ${SCHEMA}`).execute(db);
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  'alter table tool_pins add column stored_id uuid references connectors on delete cascade, add column name text',
  'update tool_pins set stored_id = connector_id, name = (select name from connectors where id = connector_id)',
  'alter table tool_pins alter column name set not null, drop constraint tool_pins_connector_id_fkey',
];
