import type { FastifyInstance } from 'fastify';
import {
  callToolSchema,
  createConnectorSchema,
  formatCursor,
  getConnectorQuerySchema,
  listConnectorsQuerySchema,
  listConnectorToolsQuerySchema,
  parseCursor,
  updateConnectorSchema,
  type ConnectorPage,
} from '@tramontane/wire';
import { z } from 'zod';
import { wrongField } from '../core/api-error.ts';
import type { Connectors } from '../core/connectors.ts';
import { callerOf, goneSignal } from './caller.ts';
import { read } from './errors.ts';
import { toWireTool, toWireToolAnswer } from './to-wire-tool.ts';
import { toWireHealth } from './to-wire-health.ts';
import { toWireConnector } from './to-wire.ts';

type ConnectorPath = { Params: { id: string } };
type ToolPath = { Params: { id: string; tool: string } };

const PAGES = 'connectors';
const positionSchema = z.object({ createdAt: z.iso.datetime(), id: z.uuid() });

/** `/v1/connectors` (API reference, connectors). */
export function addConnectorRoutes(app: FastifyInstance, connectors: Connectors): void {
  app.post('/v1/connectors', async (request, reply) => {
    const connector = await connectors.create(
      callerOf(request),
      read(createConnectorSchema, request.body, 'body'),
    );
    return reply.code(201).send(toWireConnector(connector, request.headers['user-agent']));
  });

  app.get('/v1/connectors', async request => {
    const query = read(listConnectorsQuerySchema, request.query, 'query');
    const after = toPosition(query.cursor);
    // Every connector of one's own is active; there is nothing yet that switches one off.
    const { connectors: found, more } =
      query.active === false
        ? { connectors: [], more: false }
        : await connectors.list(callerOf(request), { limit: query.page_size, ...(after && { after }) });
    const last = found.at(-1);
    const page: ConnectorPage = {
      items: found.map(connector => toWireConnector(connector, request.headers['user-agent'])),
      pagination: {
        next_cursor:
          more && last ? formatCursor(PAGES, { createdAt: last.createdAt.toISOString(), id: last.id }) : null,
        page_size: query.page_size,
      },
    };
    return page;
  });

  app.get<ConnectorPath>('/v1/connectors/:id', async request => {
    read(getConnectorQuerySchema, request.query, 'query');
    const connector = await connectors.get(callerOf(request), request.params.id);
    return toWireConnector(connector, request.headers['user-agent']);
  });

  app.patch<ConnectorPath>('/v1/connectors/:id', async request => {
    const given = read(updateConnectorSchema, request.body, 'body');
    const connector = await connectors.update(callerOf(request), request.params.id, given);
    return toWireConnector(connector, request.headers['user-agent']);
  });

  app.delete<ConnectorPath>('/v1/connectors/:id', async request => {
    await connectors.remove(callerOf(request), request.params.id);
    return { message: 'Connector deleted.' };
  });

  app.get<ConnectorPath>('/v1/connectors/:id/tools', async (request, reply) => {
    const query = read(listConnectorToolsQuerySchema, request.query, 'query');
    const tools = await connectors.listTools(callerOf(request), request.params.id, {
      refresh: query.refresh,
      signal: goneSignal(reply),
    });
    // The first page is 1 here, and the answer a bare list (API notes, tool listing).
    const start = (query.page - 1) * query.page_size;
    return tools.slice(start, start + query.page_size).map(tool => toWireTool(tool, query.pretty));
  });

  // Ours: Mistral's API has no such endpoint.
  app.get<ConnectorPath>('/v1/connectors/:id/health', async request => {
    const { connector, health } = await connectors.health(callerOf(request), request.params.id);
    return toWireHealth(connector, health);
  });

  app.post<ToolPath>('/v1/connectors/:id/tools/:tool/call', async (request, reply) => {
    const given = read(callToolSchema, request.body ?? {}, 'body');
    const result = await connectors.callTool(callerOf(request), request.params.id, {
      tool: request.params.tool,
      arguments: given.arguments ?? {},
      requestId: request.id,
      signal: goneSignal(reply),
    });
    return toWireToolAnswer(result);
  });
}

function toPosition(cursor: string | undefined): z.infer<typeof positionSchema> | undefined {
  if (cursor === undefined) return undefined;
  const parsed = parseCursor(PAGES, positionSchema, cursor);
  if (!parsed.ok) throw wrongField(['query', 'cursor'], 'This is no cursor of this list.');
  return parsed.value;
}
