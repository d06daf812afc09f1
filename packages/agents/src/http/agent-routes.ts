import type { FastifyInstance } from 'fastify';
import {
  createAgentSchema,
  deleteAgentAliasQuerySchema,
  getAgentQuerySchema,
  listAgentsQuerySchema,
  listAgentVersionsQuerySchema,
  pageAgentsQuerySchema,
  putAgentAliasQuerySchema,
  switchAgentVersionSchema,
  updateAgentSchema,
  type AgentAlias as WireAlias,
  type AgentPage,
  type ListAgentsQuery,
  type PageAgentsQuery,
} from '@tramontane/wire';
import { z } from 'zod';
import type { AgentAlias } from '../core/agent-aliases.ts';
import type { Agents } from '../core/agents.ts';
import type { AgentFilter } from '../core/ports.ts';
import { callerOf } from './caller.ts';
import { readCursor, toCursor } from './cursor.ts';
import { read } from './errors.ts';
import { tellFacts } from './request-facts.ts';
import { toWireAgent } from './to-wire.ts';

type AgentPath = { Params: { id: string } };
type VersionPath = { Params: { id: string; version: string } };

const PAGES = 'agents';
const positionSchema = z.object({
  createdAt: z.iso.datetime(),
  id: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/),
});

/** `/v1/agents` (API reference, agents). */
export function addAgentRoutes(app: FastifyInstance, agents: Agents): void {
  app.post('/v1/agents', async request => {
    const made = await agents.create(callerOf(request), read(createAgentSchema, request.body, 'body'));
    tellFacts(request, { agentId: made.id });
    return toWireAgent(made);
  });

  app.get('/v1/agents', async request => {
    const query = read(listAgentsQuerySchema, request.query, 'query');
    const filter = { ...toFilter(query), offset: query.page * query.page_size, limit: query.page_size };
    return (await agents.list(callerOf(request), filter)).map(toWireAgent);
  });

  app.get('/v1/agents/pages', async request => {
    const query = read(pageAgentsQuerySchema, request.query, 'query');
    const after = readCursor(request, PAGES, positionSchema, { key: 'page_token', text: query.page_token });
    const limit = query.page_size;
    const found = await agents.list(callerOf(request), {
      ...toFilter(query),
      ...(after && { after }),
      limit: limit + 1,
    });
    const last = found.length > limit ? found[limit - 1] : undefined;
    const page: AgentPage = {
      object: 'list',
      data: found.slice(0, limit).map(toWireAgent),
      next_page_token: last
        ? toCursor(request, PAGES, { createdAt: last.createdAt.toISOString(), id: last.id })
        : null,
    };
    return page;
  });

  app.get<AgentPath>('/v1/agents/:id', async request => {
    const { agent_version: version } = read(getAgentQuerySchema, request.query, 'query');
    return toWireAgent(await agents.get(callerOf(request), request.params.id, version));
  });

  // The documentation's own example of an update leaves the method out, which makes it a POST.
  app.route<AgentPath>({
    method: ['PATCH', 'POST'],
    url: '/v1/agents/:id',
    handler: async request => {
      const given = read(updateAgentSchema, request.body, 'body');
      return toWireAgent(await agents.update(callerOf(request), request.params.id, given));
    },
  });

  app.delete<AgentPath>('/v1/agents/:id', async (request, reply) => {
    await agents.remove(callerOf(request), request.params.id);
    return reply.code(204).send();
  });

  // The SDKs send the version in the query, the documentation's own example in the body.
  app.patch<AgentPath>('/v1/agents/:id/version', async request => {
    const inQuery = Object.hasOwn(Object(request.query), 'version');
    const { version } = inQuery
      ? read(switchAgentVersionSchema, request.query, 'query')
      : read(switchAgentVersionSchema, request.body ?? {}, 'body');
    return toWireAgent(await agents.switchVersion(callerOf(request), request.params.id, version));
  });

  app.get<AgentPath>('/v1/agents/:id/versions', async request => {
    const query = read(listAgentVersionsQuerySchema, request.query, 'query');
    const page = { offset: query.page * query.page_size, limit: query.page_size };
    return (await agents.listVersions(callerOf(request), request.params.id, page)).map(toWireAgent);
  });

  app.get<VersionPath>('/v1/agents/:id/versions/:version', async request => {
    const version = read(
      getAgentQuerySchema,
      { agent_version: request.params.version },
      'path',
    ).agent_version;
    return toWireAgent(await agents.get(callerOf(request), request.params.id, version));
  });

  app.put<AgentPath>('/v1/agents/:id/aliases', async request => {
    const { alias, version } = read(putAgentAliasQuerySchema, request.query, 'query');
    return toWireAlias(await agents.aliases.put(callerOf(request), request.params.id, alias, version));
  });

  app.get<AgentPath>('/v1/agents/:id/aliases', async request =>
    (await agents.aliases.list(callerOf(request), request.params.id)).map(toWireAlias),
  );

  app.delete<AgentPath>('/v1/agents/:id/aliases', async (request, reply) => {
    const { alias } = read(deleteAgentAliasQuerySchema, request.query, 'query');
    await agents.aliases.remove(callerOf(request), request.params.id, alias);
    return reply.code(204).send();
  });
}

function toWireAlias({ alias, version, createdAt, updatedAt }: AgentAlias): WireAlias {
  return { alias, version, created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString() };
}

function toFilter(query: ListAgentsQuery | PageAgentsQuery): Omit<AgentFilter, 'offset' | 'limit'> {
  return {
    ...(query.deployment_chat !== undefined && { deploymentChat: query.deployment_chat }),
    ...(query.sources !== undefined && { sources: query.sources }),
    ...(query.name !== undefined && { name: query.name }),
    ...(query.search !== undefined && { search: query.search }),
    ...(query.id !== undefined && { id: query.id }),
    ...(query.metadata !== undefined && { metadata: query.metadata }),
  };
}
