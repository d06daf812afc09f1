import type { ConnectorAuthorization } from '@tramontane/wire';
import type { StoredConnectorTool } from './agent.ts';
import type { Connector, ConnectorAccess } from './connector.ts';
import type { SecretBox } from './secret-box.ts';

/** Seals what signs in to tool servers, and opens it for a call. */
export interface ConnectorVault {
  seal(connectorId: string, access: ConnectorAccess): string;
  accessOf(connector: Connector): ConnectorAccess;
  /** The connector's own access, or the one that came with this use of it. */
  accessFor(connector: Connector, tool: StoredConnectorTool): ConnectorAccess;
  sealAuthorization(reference: string, authorization: ConnectorAuthorization): string;
  fingerprint(text: string): string;
}

export function createConnectorVault(box: SecretBox): ConnectorVault {
  const accessOf = (connector: Connector) =>
    JSON.parse(box.open(connector.sealedAccess, connectorContext(connector.id))) as ConnectorAccess;

  return {
    seal: (connectorId, access) => box.seal(JSON.stringify(access), connectorContext(connectorId)),
    accessOf,
    accessFor(connector, tool) {
      const own = accessOf(connector);
      if (tool.sealedAuthorization === undefined) return own;
      const opened = box.open(tool.sealedAuthorization, authorizationContext(tool.connectorId));
      return withAuthorization(own, JSON.parse(opened) as ConnectorAuthorization);
    },
    sealAuthorization: (reference, authorization) =>
      box.seal(JSON.stringify(authorization), authorizationContext(reference)),
    fingerprint: text => box.fingerprint(text),
  };
}

/** An `api-key` goes where the connector's own key goes, else into the Authorization header (API notes, tools). */
function withAuthorization(own: ConnectorAccess, authorization: ConnectorAuthorization): ConnectorAccess {
  const { value } = authorization;
  const auth: ConnectorAccess['auth'] =
    authorization.type === 'api-key' && own.auth.type === 'api_key'
      ? { type: 'api_key', key: value, header: own.auth.header }
      : { type: 'bearer', token: value };
  return { ...own, auth };
}

function connectorContext(id: string): string {
  return `connector:${id}`;
}

function authorizationContext(reference: string): string {
  return `authorization:${reference}`;
}
