import type { Kysely } from 'kysely';
import type { AgentAlias, AgentAliasStore } from '../core/agent-aliases.ts';
import type { Caller } from '../core/caller.ts';
import type { AgentAliasRow, Tables } from './schema.ts';

export function createAgentAliasStore(db: Kysely<Tables>): AgentAliasStore {
  const known = async (caller: Caller, agentId: string) =>
    await db
      .selectFrom('agents')
      .select('id')
      .where('id', '=', agentId)
      .where('workspace', '=', caller.workspace)
      .executeTakeFirst();
  const aliasesOf = (caller: Caller, agentId: string) =>
    db
      .selectFrom('agent_aliases')
      .selectAll()
      .where('agent_id', '=', agentId)
      .where('workspace', '=', caller.workspace);

  return {
    async put(caller, agentId, alias, version) {
      if (!(await known(caller, agentId))) return 'no_agent';
      const at = new Date();
      // Written from the version it points to: without one there is nothing to write, also while the agent is removed.
      const row = await db
        .insertInto('agent_aliases')
        .columns(['agent_id', 'workspace', 'user_id', 'alias', 'version', 'created_at', 'updated_at'])
        .expression(eb =>
          eb
            .selectFrom('agent_versions')
            .where('agent_id', '=', agentId)
            .where('version', '=', version)
            .where('workspace', '=', caller.workspace)
            .select(columns => [
              'agent_id',
              'workspace',
              columns.val(caller.user).as('user_id'),
              columns.val(alias).as('alias'),
              'version',
              columns.val(at).as('created_at'),
              columns.val(at).as('updated_at'),
            ]),
        )
        .onConflict(conflict =>
          conflict.columns(['agent_id', 'alias']).doUpdateSet({ version, updated_at: at }),
        )
        .returningAll()
        .executeTakeFirst();
      return row ? toAlias(row) : 'no_version';
    },
    async list(caller, agentId) {
      const rows = await aliasesOf(caller, agentId).orderBy('alias').execute();
      if (rows.length === 0 && !(await known(caller, agentId))) return undefined;
      return rows.map(toAlias);
    },
    async find(caller, agentId, alias) {
      const row = await aliasesOf(caller, agentId).where('alias', '=', alias).executeTakeFirst();
      return row && toAlias(row);
    },
    async remove(caller, agentId, alias) {
      const { numDeletedRows } = await db
        .deleteFrom('agent_aliases')
        .where('agent_id', '=', agentId)
        .where('alias', '=', alias)
        .where('workspace', '=', caller.workspace)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

function toAlias(row: AgentAliasRow): AgentAlias {
  return {
    alias: row.alias,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
