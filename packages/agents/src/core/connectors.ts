import type { CreateConnector, UpdateConnector } from '@tramontane/wire';
import { ApiError, notFound } from './api-error.ts';
import type { Caller } from './caller.ts';
import { checkMayChange, checkMayHave, isOwner } from './connector-rights.ts';
import { viewConnectors, type ConnectorView, type ConnectorViewPorts } from './connector-view.ts';
import { changedConnector, connectorAccess, connectorConfig } from './given-connector.ts';
import { createUuid, isUuid } from './ids.ts';
import { refuseUnstorable } from './unsupported.ts';

/** What can be done with connectors themselves (`/v1/connectors`). */
export interface Connectors {
  create(caller: Caller, given: CreateConnector): Promise<ConnectorView>;
  get(caller: Caller, idOrName: string): Promise<ConnectorView>;
  list(
    caller: Caller,
    page: { after?: { createdAt: string; id: string }; limit: number; active?: boolean },
  ): Promise<{ connectors: ConnectorView[]; more: boolean }>;
  update(caller: Caller, id: string, given: UpdateConnector): Promise<ConnectorView>;
  remove(caller: Caller, id: string): Promise<void>;
}

export function createConnectors(ports: ConnectorViewPorts): Connectors {
  return {
    async create(caller, given) {
      refuseUnstorable(given, ['body']);
      const visibility = given.visibility ?? 'shared_workspace';
      const config = connectorConfig(given);
      checkMayHave(caller, visibility);
      const id = createUuid();
      const connector = await ports.connectors.insert(caller, {
        id,
        name: given.name,
        visibility,
        config,
        sealedAccess: ports.vault.seal(id, connectorAccess(given)),
      });
      if (!connector) throw nameTaken(given.name);
      return await viewOne(caller, connector, ports);
    },
    async get(caller, idOrName) {
      const connector = await ports.connectors.find(caller, idOrName);
      if (!connector) throw notFound('connector', idOrName);
      return await viewOne(caller, connector, ports);
    },
    async list(caller, page) {
      const found = await ports.connectors.list(caller, { ...page, limit: page.limit + 1 });
      const connectors = await viewConnectors(caller, found.slice(0, page.limit), ports);
      return { connectors, more: found.length > page.limit };
    },
    async update(caller, id, given) {
      refuseUnstorable(given, ['body']);
      const updated = isUuid(id)
        ? await ports.connectors.update(caller, id, current => {
            checkMayChange(caller, current);
            return changedConnector(current, given, ports.vault, isOwner(caller, current));
          })
        : undefined;
      if (updated === 'name_taken') throw nameTaken(given.name ?? '');
      if (!updated) throw notFound('connector', id);
      return await viewOne(caller, updated, ports);
    },
    async remove(caller, id) {
      const check = (current: Parameters<typeof checkMayChange>[1]) => checkMayChange(caller, current);
      if (!isUuid(id) || !(await ports.connectors.remove(caller, id, check))) throw notFound('connector', id);
    },
  };
}

async function viewOne(
  caller: Caller,
  connector: ConnectorView['connector'],
  ports: ConnectorViewPorts,
): Promise<ConnectorView> {
  const [view] = await viewConnectors(caller, [connector], ports);
  if (!view) throw new Error('One connector gave no view.');
  return view;
}

export function nameTaken(name: string): ApiError {
  return new ApiError('conflict', `A connector named ${name} exists already. Choose another name.`, {
    param: 'name',
  });
}
