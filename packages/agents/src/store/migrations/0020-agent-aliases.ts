import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SCHEMA } from '../table-schema.ts';

/** Names that point to versions of agents. An alias goes with its agent. */
export const agentAliases: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(`set local search_path to ${SCHEMA}`).execute(db);
    await sql
      .raw(
        `create table agent_aliases (
          agent_id text not null references agents on delete cascade,
          workspace text not null, user_id text not null,
          alias text not null,
          version integer not null,
          created_at timestamptz not null, updated_at timestamptz not null,
          primary key (agent_id, alias),
          foreign key (agent_id, version) references agent_versions (agent_id, version) on delete cascade
        )`,
      )
      .execute(db);
  },
};
