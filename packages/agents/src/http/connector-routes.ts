import type { FastifyInstance } from 'fastify';
import {
  callToolQuerySchema,
  callToolSchema,
  createConnectorSchema,
  getConnectorQuerySchema,
  listConnectorsQuerySchema,
  listConnectorToolsQuerySchema,
  updateConnectorSchema,
  type ConnectorPage,
} from '@tramontane/wire';
import { z } from 'zod';
import { ApiError } from '../core/api-error.ts';
import type { ConnectorTools } from '../core/connector-tools.ts';
import type { Connectors } from '../core/connectors.ts';
import { callerOf, goneSignal } from './caller.ts';
import { readCursor, toCursor } from './cursor.ts';
import { read } from './errors.ts';
import { onlyWaits } from './guarding.ts';
import { tellFacts } from './request-facts.ts';
import { askedBy, TAKES_KEY } from './request-key.ts';
import { toWireConnector } from './to-wire-connector.ts';
import { toWireTool, toWireToolAnswer } from './to-wire-tool.ts';
import { toWireHealth } from './to-wire-health.ts';

type ConnectorPath = { Params: { id: string } };
type ToolPath = { Params: { id: string; tool: string } };

const PAGES = 'connectors';
const positionSchema = z.object({ createdAt: z.iso.datetime(), id: z.uuid() });

/** `/v1/connectors` (API reference, connectors). */
export function addConnectorRoutes(
  app: FastifyInstance,
  connectors: Connectors,
  tools: ConnectorTools,
): void {
  app.post('/v1/connectors', async (request, reply) => {
    const given = read(createConnectorSchema, request.body, 'body');
    const made = await connectors.create(callerOf(request), given);
    tellFacts(request, { connectorId: made.connector.id });
    return reply.code(201).send(toWireConnector(made, request.headers['user-agent']));
  });

  app.get('/v1/connectors', async request => {
    const query = read(listConnectorsQuerySchema, request.query, 'query');
    const after = readCursor(request, PAGES, positionSchema, { key: 'cursor', text: query.cursor });
    const { connectors: found, more } = await connectors.list(callerOf(request), {
      limit: query.page_size,
      ...(after && { after }),
      ...(query.active !== undefined && { active: query.active }),
    });
    const last = found.at(-1)?.connector;
    const page: ConnectorPage = {
      items: found.map(view => toWireConnector(view, request.headers['user-agent'])),
      pagination: {
        next_cursor:
          more && last
            ? toCursor(request, PAGES, { createdAt: last.createdAt.toISOString(), id: last.id })
            : null,
        page_size: query.page_size,
      },
    };
    return page;
  });

  app.get<ConnectorPath>('/v1/connectors/:id', async request => {
    const query = read(getConnectorQuerySchema, request.query, 'query');
    if (query.fetch_connection_secrets) {
      throw new ApiError(
        'not_supported',
        'Stored secrets are never shown: leave fetch_connection_secrets out.',
      );
    }
    const view = await connectors.get(callerOf(request), request.params.id);
    return toWireConnector(view, request.headers['user-agent'], {
      user: query.fetch_user_data,
      customer: query.fetch_customer_data,
    });
  });

  app.patch<ConnectorPath>('/v1/connectors/:id', async request => {
    const given = read(updateConnectorSchema, request.body, 'body');
    const view = await connectors.update(callerOf(request), request.params.id, given);
    return toWireConnector(view, request.headers['user-agent']);
  });

  app.delete<ConnectorPath>('/v1/connectors/:id', async request => {
    await connectors.remove(callerOf(request), request.params.id);
    return { message: 'Connector deleted.' };
  });

  app.get<ConnectorPath>('/v1/connectors/:id/tools', async (request, reply) => {
    const query = read(listConnectorToolsQuerySchema, request.query, 'query');
    const found = await tools.list(callerOf(request), request.params.id, {
      refresh: query.refresh,
      ...(query.credentials_name !== undefined && { credentialsName: query.credentials_name }),
      signal: goneSignal(reply),
    });
    // The first page is 1 here, and the answer a bare list (API notes, tool listing).
    const start = (query.page - 1) * query.page_size;
    return found.slice(start, start + query.page_size).map(tool => toWireTool(tool, query.pretty));
  });

  // Ours: Mistral's API has no such endpoint.
  app.get<ConnectorPath>('/v1/connectors/:id/health', async request => {
    const { connector, health } = await tools.health(callerOf(request), request.params.id);
    return toWireHealth(connector, health);
  });

  app.post<ToolPath>('/v1/connectors/:id/tools/:tool/call', TAKES_KEY, async (request, reply) => {
    const query = read(callToolQuerySchema, request.query, 'query');
    const given = read(callToolSchema, request.body ?? {}, 'body');
    const call = {
      tool: request.params.tool,
      arguments: given.arguments ?? {},
      ...(query.credentials_name !== undefined && { credentialsName: query.credentials_name }),
      requestId: request.id,
    };
    const asked = askedBy(request, reply);
    onlyWaits(request);
    return toWireToolAnswer(await tools.call(callerOf(request), request.params.id, call, asked));
  });
}
