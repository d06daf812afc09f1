import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/**
 * Connectors kept the default limit as if it were their own. Now they have limits only where somebody gave them, which was
 * never possible but for servers given inline. What was there stays, for the version that reads it.
 */
export const limitsOfConnectors: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(`set local search_path to ${SCHEMA}`).execute(db);
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `update connectors set config = (config::jsonb || jsonb_build_object(
      'limits', jsonb_build_object('idleMs', config::jsonb->'timeoutMs')))::json
    where inline_key is not null and config->>'timeoutMs' <> '30000'`,
];
