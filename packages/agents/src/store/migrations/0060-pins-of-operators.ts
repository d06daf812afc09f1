import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/** The operator's servers, which have no row of their own, are pinned as well. */
export const pinsOfOperators: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(`set local search_path to ${SCHEMA}`).execute(db);
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // Only the operator's have a name here. All others go with the row of their connector, whichever version wrote them.
  'alter table tool_pins add column name text',
  `alter table tool_pins add column stored_id uuid
    generated always as (case when name is null then connector_id end) stored references connectors on delete cascade`,
  'alter table tool_pins drop constraint tool_pins_connector_id_fkey',
];
