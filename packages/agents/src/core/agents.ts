import type { CreateAgent, UpdateAgent } from '@tramontane/wire';
import type { Agent, AgentConfig, StoredTool } from './agent.ts';
import { ApiError, notFound } from './api-error.ts';
import type { Caller } from './caller.ts';
import { toStoredTools, type GivenToolsPorts } from './given-tools.ts';
import { createId, isPlainId } from './ids.ts';
import type { AgentFilter, AgentStore, CheckModel } from './ports.ts';
import { refuseUnstorable, refuseUnsupported } from './unsupported.ts';

/** What can be done with agents (`/v1/agents`). */
export interface Agents {
  create(caller: Caller, given: CreateAgent): Promise<Agent>;
  /** @param version A number, or an alias. */
  get(caller: Caller, id: string, version?: number | string): Promise<Agent>;
  list(caller: Caller, filter: AgentFilter): Promise<Agent[]>;
  listVersions(caller: Caller, id: string, page: { offset: number; limit: number }): Promise<Agent[]>;
  update(caller: Caller, id: string, given: UpdateAgent): Promise<Agent>;
  remove(caller: Caller, id: string): Promise<void>;
}

export interface AgentsPorts extends GivenToolsPorts {
  readonly agents: AgentStore;
  readonly checkModel: CheckModel;
}

/** PostgreSQL fails when it is asked for a number that its column could not hold. */
const MAX_VERSION = 2 ** 31 - 1;

export function createAgents(ports: AgentsPorts): Agents {
  const get = async (caller: Caller, id: string, version?: number | string) => {
    if (!isPlainId(id)) throw notFound('agent', id);
    if (typeof version === 'string') {
      throw new ApiError('not_found', `Agent ${id} has no alias ${JSON.stringify(version)}.`);
    }
    const agent =
      version !== undefined && version > MAX_VERSION
        ? undefined
        : await ports.agents.get(caller, id, version);
    if (agent) return agent;
    throw version === undefined
      ? notFound('agent', id)
      : new ApiError('not_found', `There is no version ${version} of agent ${JSON.stringify(id)}.`);
  };

  return {
    get,
    async create(caller, given) {
      refuseUnsupported(given);
      refuseUnstorable(given, ['body']);
      ports.checkModel(given.model);
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
      refuseUnsupported(given);
      refuseUnstorable(given, ['body']);
      if (given.model != null) ports.checkModel(given.model);
      const { config: before } = await get(caller, id);
      const made = given.tools && (await toStoredTools(caller, given.tools, ports, before.tools));
      const change = (current: AgentConfig) => withChanges(current, given, made?.tools);
      const agent = await ports.agents.update(caller, id, change, {
        inline: made?.inline ?? [],
        ...(given.deployment_chat != null && { deploymentChat: given.deployment_chat }),
      });
      if (!agent) throw notFound('agent', id);
      return agent;
    },
    async remove(caller, id) {
      if (!isPlainId(id) || !(await ports.agents.remove(caller, id))) throw notFound('agent', id);
    },
  };
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
