import { AGENT_ALIAS, type CreateAgent, type UpdateAgent } from '@tramontane/wire';
import type { Agent, AgentConfig, StoredTool } from './agent.ts';
import {
  createAgentAliases,
  MAX_VERSION,
  noAlias,
  noVersion,
  type AgentAliases,
  type AgentAliasStore,
} from './agent-aliases.ts';
import { notFound } from './api-error.ts';
import type { Caller } from './caller.ts';
import { toStoredTools, type GivenToolsPorts } from './given-tools.ts';
import type { Guardrails } from './guardrails.ts';
import { createId, isPlainId } from './ids.ts';
import type { CheckModel } from './models.ts';
import type { AgentFilter, AgentStore } from './ports.ts';
import { refuseUnstorable } from './unsupported.ts';

/** What can be done with agents (`/v1/agents`). */
export interface Agents {
  create(caller: Caller, given: CreateAgent): Promise<Agent>;
  /**
   * One version of an agent: the current one, or the one that a number or an alias names. The one place where versions
   * are looked up, for agents, conversations and completions alike.
   */
  get(caller: Caller, id: string, version?: number | string): Promise<Agent>;
  list(caller: Caller, filter: AgentFilter): Promise<Agent[]>;
  listVersions(caller: Caller, id: string, page: { offset: number; limit: number }): Promise<Agent[]>;
  update(caller: Caller, id: string, given: UpdateAgent): Promise<Agent>;
  /** Makes another version the current one; the versions themselves stay as they are. */
  switchVersion(caller: Caller, id: string, version: number): Promise<Agent>;
  remove(caller: Caller, id: string): Promise<void>;
  readonly aliases: AgentAliases;
}

export interface AgentsPorts extends GivenToolsPorts {
  readonly agents: AgentStore;
  readonly aliases: AgentAliasStore;
  readonly checkModel: CheckModel;
  readonly guardrails: Guardrails;
}

export function createAgents(ports: AgentsPorts): Agents {
  const get = async (caller: Caller, id: string, version?: number | string): Promise<Agent> => {
    if (!isPlainId(id)) throw notFound('agent', id);
    if (version === undefined) {
      const current = await ports.agents.get(caller, id);
      if (current) return current;
      throw notFound('agent', id);
    }
    const number = typeof version === 'number' ? version : await versionOf(caller, id, version);
    const agent = number > MAX_VERSION ? undefined : await ports.agents.get(caller, id, number);
    if (agent) return agent;
    throw noVersion(id, number);
  };

  const versionOf = async (caller: Caller, id: string, alias: string): Promise<number> => {
    // An alias begins with a letter, so that digits are a number that came as a text.
    if (/^\d+$/.test(alias)) return Number(alias);
    const found = isAlias(alias) ? await ports.aliases.find(caller, id, alias) : undefined;
    if (found) return found.version;
    throw noAlias(id, alias);
  };

  /** Agents that somebody else may hand over to must be there: a mistyped id would be found out in a conversation only. */
  const checkHandoffs = async (
    caller: Caller,
    given: readonly string[] | null | undefined,
    before: readonly string[] = [],
  ) => {
    const added = new Set(given).difference(new Set(before));
    for (const id of added) await get(caller, id);
  };

  return {
    get,
    aliases: createAgentAliases(ports.aliases),
    async create(caller, given) {
      ports.guardrails.refuseUnenforceable(given.guardrails);
      refuseUnstorable(given, ['body']);
      ports.checkModel(given.model);
      await checkHandoffs(caller, given.handoffs);
      const { tools, inline } = await toStoredTools(caller, given.tools ?? [], ports);
      const config: AgentConfig = {
        model: given.model,
        name: given.name,
        instructions: given.instructions ?? null,
        description: given.description ?? null,
        tools,
        completionArgs: given.completion_args ?? {},
        guardrails: given.guardrails ?? null,
        handoffs: given.handoffs ?? null,
        metadata: given.metadata ?? null,
        versionMessage: given.version_message ?? null,
      };
      return ports.agents.insert(caller, createId('agent'), config, inline);
    },
    async list(caller, filter) {
      refuseUnstorable(filter.metadata, ['query', 'metadata']);
      return await ports.agents.list(caller, filter);
    },
    async listVersions(caller, id, page) {
      const versions = isPlainId(id) ? await ports.agents.listVersions(caller, id, page) : undefined;
      if (!versions) throw notFound('agent', id);
      return versions;
    },
    async update(caller, id, given) {
      ports.guardrails.refuseUnenforceable(given.guardrails);
      refuseUnstorable(given, ['body']);
      if (given.model != null) ports.checkModel(given.model);
      const { config: before } = await get(caller, id);
      await checkHandoffs(caller, given.handoffs, before.handoffs ?? []);
      const made = given.tools && (await toStoredTools(caller, given.tools, ports, before.tools));
      const change = (current: AgentConfig) => withChanges(current, given, made?.tools);
      const agent = await ports.agents.update(caller, id, change, {
        inline: made?.inline ?? [],
        ...(given.deployment_chat != null && { deploymentChat: given.deployment_chat }),
      });
      if (!agent) throw notFound('agent', id);
      return agent;
    },
    async switchVersion(caller, id, version) {
      await get(caller, id, version);
      const agent = await ports.agents.switchVersion(caller, id, version);
      if (!agent) throw notFound('agent', id);
      return agent;
    },
    async remove(caller, id) {
      if (!isPlainId(id) || !(await ports.agents.remove(caller, id))) throw notFound('agent', id);
    },
  };
}

function isAlias(text: string): boolean {
  return text.length <= 64 && AGENT_ALIAS.test(text);
}

/** An omitted key keeps its value; null clears it where it can be null. */
function withChanges(
  current: AgentConfig,
  given: UpdateAgent,
  tools: readonly StoredTool[] | undefined,
): AgentConfig {
  return {
    model: given.model ?? current.model,
    name: given.name ?? current.name,
    instructions: given.instructions === undefined ? current.instructions : given.instructions,
    description: given.description === undefined ? current.description : given.description,
    tools: tools ?? current.tools,
    completionArgs: given.completion_args ?? current.completionArgs,
    guardrails: given.guardrails === undefined ? current.guardrails : given.guardrails,
    handoffs: given.handoffs === undefined ? current.handoffs : given.handoffs,
    metadata: given.metadata === undefined ? current.metadata : given.metadata,
    versionMessage: given.version_message ?? null,
  };
}
