import {
  agentAliasSchema,
  agentPageSchema,
  agentSchema,
  createAgentSchema,
  deleteAgentAliasQuerySchema,
  getAgentQuerySchema,
  listAgentsQuerySchema,
  listAgentVersionsQuerySchema,
  pageAgentsQuerySchema,
  putAgentAliasQuerySchema,
  switchAgentVersionSchema,
  updateAgentSchema,
} from '@tramontane/wire';
import type { Named, Operation } from './operation.ts';

const AGENT: Named = ['Agent', agentSchema];
const ALIAS: Named = ['AgentAlias', agentAliasSchema];
const UPDATE: Named = ['UpdateAgent', updateAgentSchema];
const tag = 'agents';

export const AGENT_OPERATIONS: readonly Operation[] = [
  {
    route: 'POST /v1/agents',
    id: 'createAgent',
    tag,
    summary: 'Create an agent; its first version is 0',
    body: ['CreateAgent', createAgentSchema],
    answer: AGENT,
  },
  {
    route: 'GET /v1/agents',
    id: 'listAgents',
    tag,
    summary: 'List agents by the time they were created',
    query: listAgentsQuerySchema,
    answer: { listOf: AGENT },
  },
  {
    route: 'GET /v1/agents/pages',
    id: 'pageAgents',
    tag,
    summary: 'List agents in pages',
    query: pageAgentsQuerySchema,
    answer: ['AgentPage', agentPageSchema],
  },
  {
    route: 'GET /v1/agents/{agent_id}',
    id: 'getAgent',
    tag,
    summary: 'Read an agent, in its current version or the one named by number or alias',
    query: getAgentQuerySchema,
    answer: AGENT,
  },
  {
    route: 'PATCH /v1/agents/{agent_id}',
    id: 'updateAgent',
    tag,
    summary: 'Make a new version of an agent, which becomes the current one',
    body: UPDATE,
    answer: AGENT,
  },
  {
    route: 'POST /v1/agents/{agent_id}',
    id: 'updateAgentByPost',
    tag,
    summary: 'The same as PATCH',
    body: UPDATE,
    answer: AGENT,
  },
  {
    route: 'DELETE /v1/agents/{agent_id}',
    id: 'deleteAgent',
    tag,
    summary: 'Delete an agent with all its versions',
    status: 204,
  },
  {
    route: 'PATCH /v1/agents/{agent_id}/version',
    id: 'switchAgentVersion',
    tag,
    summary: 'Make another version current; its number is in the query or in the body',
    query: switchAgentVersionSchema,
    answer: AGENT,
  },
  {
    route: 'GET /v1/agents/{agent_id}/versions',
    id: 'listAgentVersions',
    tag,
    summary: 'List the versions of an agent',
    query: listAgentVersionsQuerySchema,
    answer: { listOf: AGENT },
  },
  {
    route: 'GET /v1/agents/{agent_id}/versions/{version}',
    id: 'getAgentVersion',
    tag,
    summary: 'Read a version of an agent by number or alias',
    answer: AGENT,
  },
  {
    route: 'PUT /v1/agents/{agent_id}/aliases',
    id: 'putAgentAlias',
    tag,
    summary: 'Point an alias at a version',
    query: putAgentAliasQuerySchema,
    answer: ALIAS,
  },
  {
    route: 'GET /v1/agents/{agent_id}/aliases',
    id: 'listAgentAliases',
    tag,
    summary: 'List the aliases of an agent',
    answer: { listOf: ALIAS },
  },
  {
    route: 'DELETE /v1/agents/{agent_id}/aliases',
    id: 'deleteAgentAlias',
    tag,
    summary: 'Remove an alias',
    query: deleteAgentAliasQuerySchema,
    status: 204,
  },
];
