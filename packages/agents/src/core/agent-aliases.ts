import { ApiError, notFound } from './api-error.ts';
import type { Caller } from './caller.ts';
import { isPlainId } from './ids.ts';

/** A name that points to a version of an agent, such as `production`. */
export interface AgentAlias {
  readonly alias: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface AgentAliasStore {
  /** Makes the alias or points it elsewhere; tells which of the two is not there when it cannot. */
  put(
    caller: Caller,
    agentId: string,
    alias: string,
    version: number,
  ): Promise<AgentAlias | 'no_agent' | 'no_version'>;
  /** By name; `undefined` when there is no such agent. */
  list(caller: Caller, agentId: string): Promise<AgentAlias[] | undefined>;
  find(caller: Caller, agentId: string, alias: string): Promise<AgentAlias | undefined>;
  remove(caller: Caller, agentId: string, alias: string): Promise<boolean>;
}

/** What can be done with the aliases of an agent (`/v1/agents/{agent_id}/aliases`). */
export interface AgentAliases {
  put(caller: Caller, agentId: string, alias: string, version: number): Promise<AgentAlias>;
  list(caller: Caller, agentId: string): Promise<AgentAlias[]>;
  remove(caller: Caller, agentId: string, alias: string): Promise<void>;
}

export function createAgentAliases(store: AgentAliasStore): AgentAliases {
  return {
    async put(caller, agentId, alias, version) {
      if (version > MAX_VERSION) throw noVersion(agentId, version);
      const put = isPlainId(agentId) ? await store.put(caller, agentId, alias, version) : 'no_agent';
      if (put === 'no_agent') throw notFound('agent', agentId);
      if (put === 'no_version') throw noVersion(agentId, version);
      return put;
    },
    async list(caller, agentId) {
      const aliases = isPlainId(agentId) ? await store.list(caller, agentId) : undefined;
      if (!aliases) throw notFound('agent', agentId);
      return aliases;
    },
    async remove(caller, agentId, alias) {
      const removed = isPlainId(agentId) && (await store.remove(caller, agentId, alias));
      if (!removed) throw noAlias(agentId, alias);
    },
  };
}

/** PostgreSQL fails when it is asked for a number that its column could not hold. */
export const MAX_VERSION = 2 ** 31 - 1;

export function noVersion(agentId: string, version: number): ApiError {
  return new ApiError('not_found', `There is no version ${version} of agent ${JSON.stringify(agentId)}.`);
}

export function noAlias(agentId: string, alias: string): ApiError {
  return new ApiError('not_found', `Agent ${JSON.stringify(agentId)} has no alias ${JSON.stringify(alias)}.`);
}
