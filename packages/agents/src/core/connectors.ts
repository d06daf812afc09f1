import type { CreateConnector, UpdateConnector } from '@tramontane/wire';
import { ApiError, notFound } from './api-error.ts';
import type { Caller } from './caller.ts';
import { connectorAccess, connectorConfig, changedConnector } from './given-connector.ts';
import type { Connector } from './connector.ts';
import { withSignIn } from './connector-sign-in.ts';
import type { GivenToolsPorts } from './given-tools.ts';
import { createUuid, isUuid } from './ids.ts';
import type { ListedTool, ToolAnswer, ToolServerHealth, ToolServers } from './ports.ts';
import { toApiError } from './tool-server-error.ts';
import { refuseUnstorable } from './unsupported.ts';

/** What can be done with connectors (`/v1/connectors`). */
export interface Connectors {
  create(caller: Caller, given: CreateConnector): Promise<Connector>;
  get(caller: Caller, idOrName: string): Promise<Connector>;
  list(
    caller: Caller,
    page: { after?: { createdAt: string; id: string }; limit: number },
  ): Promise<{ connectors: Connector[]; more: boolean }>;
  update(caller: Caller, id: string, given: UpdateConnector): Promise<Connector>;
  remove(caller: Caller, id: string): Promise<void>;
  listTools(
    caller: Caller,
    idOrName: string,
    options: { refresh: boolean; signal: AbortSignal },
  ): Promise<readonly ListedTool[]>;
  /** How its tool server is; asks nothing of it. */
  health(caller: Caller, idOrName: string): Promise<{ connector: Connector; health?: ToolServerHealth }>;
  /** Calls a tool without a model or a conversation. */
  callTool(
    caller: Caller,
    idOrName: string,
    call: {
      tool: string;
      arguments: Readonly<Record<string, unknown>>;
      requestId: string;
      signal: AbortSignal;
    },
  ): Promise<ToolAnswer>;
}

export interface ConnectorsPorts extends GivenToolsPorts {
  readonly servers: ToolServers;
}

export function createConnectors(ports: ConnectorsPorts): Connectors {
  const get = async (caller: Caller, idOrName: string) => {
    const connector = await ports.connectors.find(caller, idOrName);
    if (!connector) throw notFound('connector', idOrName);
    return connector;
  };
  const accessOf = (caller: Caller, connector: Connector) =>
    withSignIn(ports.vault.accessOf(connector), caller);
  const listed = async (
    caller: Caller,
    connector: Connector,
    options: { refresh: boolean; signal: AbortSignal },
  ) => {
    const listing = await ports.servers
      .list(connector, accessOf(caller, connector), options)
      .catch(error => Promise.reject(toApiError(error)));
    return listing.tools;
  };

  return {
    get,
    async create(caller, given) {
      refuseUnstorable(given, ['body']);
      const id = createUuid();
      const connector = await ports.connectors.insert(caller, {
        id,
        name: given.name,
        config: connectorConfig(given),
        sealedAccess: ports.vault.seal(id, connectorAccess(given)),
      });
      if (!connector) throw nameTaken(given.name);
      return connector;
    },
    async list(caller, page) {
      const connectors = await ports.connectors.list(caller, { ...page, limit: page.limit + 1 });
      return { connectors: connectors.slice(0, page.limit), more: connectors.length > page.limit };
    },
    async update(caller, id, given) {
      refuseUnstorable(given, ['body']);
      const updated = isUuid(id)
        ? await ports.connectors.update(caller, id, current => changedConnector(current, given, ports.vault))
        : undefined;
      if (updated === 'name_taken') throw nameTaken(given.name ?? '');
      if (!updated) throw notFound('connector', id);
      return updated;
    },
    async remove(caller, id) {
      if (!isUuid(id) || !(await ports.connectors.remove(caller, id))) throw notFound('connector', id);
    },
    async listTools(caller, idOrName, options) {
      return await listed(caller, await get(caller, idOrName), options);
    },
    async health(caller, idOrName) {
      const connector = await get(caller, idOrName);
      const health = ports.servers.health(connector, accessOf(caller, connector));
      return { connector, ...(health && { health }) };
    },
    async callTool(caller, idOrName, call) {
      const connector = await get(caller, idOrName);
      const tools = await listed(caller, connector, { refresh: false, signal: call.signal });
      if (!tools.some(({ name }) => name === call.tool)) {
        throw new ApiError(
          'not_found',
          `Connector ${connector.name} has no tool ${JSON.stringify(call.tool)}.`,
        );
      }
      return await ports.servers
        .call(connector, accessOf(caller, connector), { ...call, key: call.requestId })
        .catch(error => Promise.reject(toApiError(error)));
    },
  };
}

function nameTaken(name: string): ApiError {
  return new ApiError('conflict', `A connector named ${name} exists already. Choose another name.`, {
    param: 'name',
  });
}
