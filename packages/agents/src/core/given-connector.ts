import type { CreateConnector, UpdateConnector } from '@tramontane/wire';
import { ApiError } from './api-error.ts';
import type { ConnectorVault } from './connector-vault.ts';
import {
  DEFAULT_TOOL_TIMEOUT_MS,
  type Connector,
  type ConnectorAccess,
  type ConnectorConfig,
} from './connector.ts';

export function connectorConfig(given: CreateConnector): ConnectorConfig {
  refuse(given);
  return {
    title: given.title ?? null,
    description: given.description,
    server: given.server,
    iconUrl: given.icon_url ?? null,
    visibility: given.visibility ?? 'shared_workspace',
    systemPrompt: given.system_prompt ?? null,
    timeoutMs: DEFAULT_TOOL_TIMEOUT_MS,
    authMethods: given.auth_methods?.map(method => method.method_type) ?? ['none'],
  };
}

export function connectorAccess(given: CreateConnector): ConnectorAccess {
  const global = Object.entries(given.global_headers ?? {}).map(([name, { value }]) => [name, value]);
  return headersToAccess({ ...(Object.fromEntries(global) as Record<string, string>), ...given.headers });
}

/** A connector with what an update changes; omitted keys keep their value, null clears what may be empty. */
export function changedConnector(
  current: Connector,
  given: UpdateConnector,
  vault: ConnectorVault,
): Pick<Connector, 'name' | 'config' | 'sealedAccess'> {
  refuse(given);
  const { config } = current;
  return {
    name: given.name ?? current.name,
    config: {
      ...config,
      title: given.title === undefined ? config.title : given.title,
      description: given.description ?? config.description,
      server: given.server ?? config.server,
      iconUrl: given.icon_url === undefined ? config.iconUrl : given.icon_url,
      systemPrompt: given.system_prompt === undefined ? config.systemPrompt : given.system_prompt,
      authMethods: given.auth_methods?.map(method => method.method_type) ?? config.authMethods,
    },
    sealedAccess: given.headers
      ? vault.seal(current.id, headersToAccess(given.headers))
      : current.sealedAccess,
  };
}

/** A bearer token among the headers is the connector's sign-in; the other headers go along as they are. */
export function headersToAccess(headers: Readonly<Record<string, string>>): ConnectorAccess {
  const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization');
  const token = authorization?.[1].match(/^Bearer\s+(\S+)$/i)?.[1];
  if (!authorization || token === undefined) return { auth: { type: 'none' }, headers };
  const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== authorization[0]));
  return { auth: { type: 'bearer', token }, headers: rest };
}

function refuse(given: CreateConnector | UpdateConnector): void {
  if (given.protocol === 'http') {
    throw new ApiError('not_supported', 'Connectors of protocol http are not supported; use protocol mcp.', {
      param: 'protocol',
    });
  }
  const oauth =
    given.auth_data != null || given.auth_methods?.some(method => method.method_type === 'oauth2');
  if (oauth) {
    throw new ApiError(
      'not_supported',
      'Connectors that sign in with OAuth are not supported yet. Give the token in headers, as Authorization.',
      { param: given.auth_data == null ? 'auth_methods' : 'auth_data' },
    );
  }
}
