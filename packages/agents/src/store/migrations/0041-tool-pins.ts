import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/** What tool servers said of their tools when they were first seen, and what they say now where that differs. */
export const toolPins: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(`set local search_path to ${SCHEMA}`).execute(db);
    // json, word for word: what is compared must not be put into another order.
    await sql
      .raw(
        `create table tool_pins (
          connector_id uuid primary key references connectors on delete cascade,
          workspace text not null,
          pinned json not null, pinned_at timestamptz not null,
          seen json, seen_at timestamptz
        )`,
      )
      .execute(db);
  },
};
