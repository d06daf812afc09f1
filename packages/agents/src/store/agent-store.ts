import { sql, type Kysely, type Transaction } from 'kysely';
import type { Agent, AgentConfig } from '../core/agent.ts';
import type { Caller } from '../core/caller.ts';
import type { AgentFilter, AgentStore } from '../core/ports.ts';
import { keepInline, sweepInline, toolReferences } from './inline-connectors.ts';
import type { Tables } from './schema.ts';

export function createAgentStore(db: Kysely<Tables>): AgentStore {
  return {
    async insert(caller, id, config, inline) {
      const at = new Date();
      await db.transaction().execute(async trx => {
        await keepInline(trx, inline);
        await trx
          .insertInto('agents')
          .values({
            id,
            ...owned(caller),
            version: 0,
            deployment_chat: false,
            source: 'api',
            created_at: at,
            updated_at: at,
          })
          .execute();
        await insertVersion(trx, caller, { id, version: 0, config, at });
      });
      return {
        id,
        ownerId: caller.user,
        version: 0,
        versions: [0],
        createdAt: at,
        updatedAt: at,
        deploymentChat: false,
        source: 'api',
        config,
      };
    },
    async get(caller, id, version) {
      const [agent] = await select(db, caller)
        .where('agents.id', '=', id)
        .where('agent_versions.version', '=', version ?? sql.ref<number>('agents.version'))
        .execute();
      return agent && toAgent(agent);
    },
    async list(caller, filter) {
      const rows = await filtered(db, caller, filter)
        .orderBy('agents.created_at')
        .orderBy('agents.id')
        .offset(filter.offset ?? 0)
        .limit(filter.limit)
        .execute();
      return rows.map(toAgent);
    },
    async listVersions(caller, id, page) {
      const rows = await select(db, caller)
        .where('agents.id', '=', id)
        .orderBy('agent_versions.version')
        .offset(page.offset)
        .limit(page.limit)
        .execute();
      if (rows.length > 0) return rows.map(toAgent);
      const agent = await select(db, caller).where('agents.id', '=', id).limit(1).execute();
      return agent.length === 0 ? undefined : [];
    },
    async update(caller, id, change, options) {
      return await db.transaction().execute(async trx => {
        // The lock makes parallel updates follow one another: each one's version is made from the one before.
        // Taken first and alone: a statement that waits for it reads the other tables as they were before the wait.
        await trx
          .selectFrom('agents')
          .select('id')
          .where('id', '=', id)
          .where('workspace', '=', caller.workspace)
          .forUpdate()
          .execute();
        const [row] = await select(trx, caller)
          .where('agents.id', '=', id)
          .whereRef('agent_versions.version', '=', 'agents.version')
          .execute();
        if (!row) return undefined;
        const current = toAgent(row);
        const version = Math.max(...current.versions) + 1;
        const config = change(current.config);
        const at = new Date();
        const deploymentChat = options.deploymentChat ?? current.deploymentChat;
        await keepInline(trx, options.inline);
        await insertVersion(trx, caller, { id, version, config, at });
        await trx
          .updateTable('agents')
          .set({ version, deployment_chat: deploymentChat, updated_at: at })
          .where('id', '=', id)
          .execute();
        return {
          ...current,
          version,
          versions: [...current.versions, version],
          updatedAt: at,
          deploymentChat,
          config,
        };
      });
    },
    async switchVersion(caller, id, version) {
      const { numUpdatedRows } = await db
        .updateTable('agents')
        .set({ version, updated_at: new Date() })
        .where('id', '=', id)
        .where('workspace', '=', caller.workspace)
        .where(eb =>
          eb.exists(
            eb
              .selectFrom('agent_versions')
              .select('version')
              .where('agent_id', '=', id)
              .where('agent_versions.version', '=', version),
          ),
        )
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return undefined;
      const [agent] = await select(db, caller)
        .where('agents.id', '=', id)
        .where('agent_versions.version', '=', version)
        .execute();
      return agent && toAgent(agent);
    },
    async remove(caller, id) {
      return await db.transaction().execute(async trx => {
        // Locked before its versions are read: one that an update adds meanwhile is among them.
        const known = await trx
          .selectFrom('agents')
          .select('id')
          .where('id', '=', id)
          .where('workspace', '=', caller.workspace)
          .forUpdate()
          .executeTakeFirst();
        if (!known) return false;
        const versions = await trx
          .selectFrom('agent_versions')
          .select('config')
          .where('agent_id', '=', id)
          .execute();
        await trx.deleteFrom('agents').where('id', '=', id).execute();
        await sweepInline(
          trx,
          caller.workspace,
          versions.flatMap(({ config }) => toolReferences(config as AgentConfig)),
        );
        return true;
      });
    },
  };
}

function owned(caller: Caller) {
  return { workspace: caller.workspace, user_id: caller.user };
}

async function insertVersion(
  trx: Transaction<Tables>,
  caller: Caller,
  agent: { id: string; version: number; config: AgentConfig; at: Date },
): Promise<void> {
  await trx
    .insertInto('agent_versions')
    .values({
      agent_id: agent.id,
      ...owned(caller),
      version: agent.version,
      config: JSON.stringify(agent.config),
      created_at: agent.at,
    })
    .execute();
}

function select(db: Kysely<Tables>, caller: Caller) {
  return db
    .selectFrom('agents')
    .innerJoin('agent_versions', 'agent_versions.agent_id', 'agents.id')
    .where('agents.workspace', '=', caller.workspace)
    .select([
      'agents.id',
      'agents.user_id',
      'agents.deployment_chat',
      'agents.source',
      'agents.created_at',
      'agents.updated_at',
      'agent_versions.version',
      'agent_versions.config',
    ])
    .select(eb =>
      eb
        .selectFrom('agent_versions as every')
        .whereRef('every.agent_id', '=', 'agents.id')
        .select(sql<number[]>`array_agg(every.version order by every.version)`.as('versions'))
        .as('versions'),
    );
}

function filtered(db: Kysely<Tables>, caller: Caller, filter: AgentFilter) {
  let query = select(db, caller).whereRef('agent_versions.version', '=', 'agents.version');
  const name = sql<string>`agent_versions.config->>'name'`;
  if (filter.after !== undefined) {
    const { createdAt, id } = filter.after;
    query = query.where(sql<boolean>`(agents.created_at, agents.id) > (${createdAt}::timestamptz, ${id})`);
  }
  if (filter.id !== undefined) query = query.where('agents.id', '=', filter.id);
  if (filter.name !== undefined) query = query.where(name, '=', filter.name);
  if (filter.search !== undefined) {
    const pattern = `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
    query = query.where(eb => eb.or([eb(name, 'ilike', pattern), eb('agents.id', 'ilike', pattern)]));
  }
  if (filter.deploymentChat !== undefined)
    query = query.where('agents.deployment_chat', '=', filter.deploymentChat);
  if (filter.sources !== undefined) query = query.where('agents.source', 'in', filter.sources);
  if (filter.metadata !== undefined) {
    const wanted = JSON.stringify(filter.metadata);
    query = query.where(sql<boolean>`(agent_versions.config->'metadata')::jsonb @> ${wanted}::jsonb`);
  }
  return query;
}

type AgentRow = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number];

function toAgent(row: AgentRow): Agent {
  return {
    id: row.id,
    ownerId: row.user_id,
    version: row.version,
    versions: row.versions ?? [row.version],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deploymentChat: row.deployment_chat,
    source: row.source,
    config: row.config as AgentConfig,
  };
}
