import type { FastifyInstance } from 'fastify';
import {
  createAgentSchema,
  formatCursor,
  getAgentQuerySchema,
  listAgentsQuerySchema,
  listAgentVersionsQuerySchema,
  pageAgentsQuerySchema,
  parseCursor,
  updateAgentSchema,
  type AgentPage,
  type ListAgentsQuery,
  type PageAgentsQuery,
} from '@tramontane/wire';
import { z } from 'zod';
import type { Agents } from '../core/agents.ts';
import { wrongField } from '../core/api-error.ts';
import type { AgentFilter } from '../core/ports.ts';
import { callerOf } from './caller.ts';
import { read } from './errors.ts';
import { toWireAgent } from './to-wire.ts';

type AgentPath = { Params: { id: string } };
type VersionPath = { Params: { id: string; version: string } };

const PAGES = 'agents';

/** `/v1/agents` (API reference, agents). */
export function addAgentRoutes(app: FastifyInstance, agents: Agents): void {
  app.post('/v1/agents', async request =>
    toWireAgent(await agents.create(callerOf(request), read(createAgentSchema, request.body, 'body'))),
  );

  app.get('/v1/agents', async request => {
    const query = read(listAgentsQuerySchema, request.query, 'query');
    const filter = { ...toFilter(query), offset: query.page * query.page_size, limit: query.page_size };
    return (await agents.list(callerOf(request), filter)).map(toWireAgent);
  });

  app.get('/v1/agents/pages', async request => {
    const query = read(pageAgentsQuerySchema, request.query, 'query');
    const offset = toOffset(query.page_token);
    const limit = query.page_size;
    const found = await agents.list(callerOf(request), { ...toFilter(query), offset, limit: limit + 1 });
    const page: AgentPage = {
      object: 'list',
      data: found.slice(0, limit).map(toWireAgent),
      next_page_token: found.length > limit ? formatCursor(PAGES, offset + limit) : null,
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

function toOffset(token: string | undefined): number {
  if (token === undefined) return 0;
  const parsed = parseCursor(PAGES, z.int().min(0), token);
  if (!parsed.ok) throw wrongField(['query', 'page_token'], 'This is no page token of this list.');
  return parsed.value;
}
