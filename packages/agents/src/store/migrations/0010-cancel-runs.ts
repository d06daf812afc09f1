import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/** Runs that are to stop, for whichever process carries them. */
export const cancelRuns: Migration = {
  async up(db: Kysely<unknown>) {
    await sql
      .raw(`alter table ${SCHEMA}.runs add column cancel_requested boolean not null default false`)
      .execute(db);
  },
};
