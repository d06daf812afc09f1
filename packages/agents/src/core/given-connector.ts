import type { CreateConnector, GlobalHeaders, UpdateConnector } from '@tramontane/wire';
import { ApiError, wrongField } from './api-error.ts';
import type { ConnectorVault } from './connector-vault.ts';
import {
  originOf,
  tokenEndpointOf,
  type Connector,
  type ConnectorAccess,
  type ConnectorConfig,
  type ConnectorOAuth,
} from './connector.ts';
import { toAuthMethods, toOAuthClient } from './given-auth-methods.ts';
import { isUuid } from './ids.ts';
import type { ConnectorChange } from './ports.ts';

export function connectorConfig(given: CreateConnector): ConnectorConfig {
  refuse(given);
  return {
    title: given.title ?? null,
    description: given.description,
    server: given.server,
    iconUrl: given.icon_url ?? null,
    systemPrompt: given.system_prompt ?? null,
    authMethods: toAuthMethods(given) ?? [{ type: 'none', headers: [] }],
  };
}

export function connectorAccess(given: CreateConnector): ConnectorAccess {
  return headersToAccess({ ...globalHeaders(given.global_headers), ...given.headers }, toOAuthClient(given));
}

/**
 * A connector with what an update changes; omitted keys keep their value, null clears what may be empty. When it moves to
 * another origin, or its tokens to another endpoint, what others gave for the old one does not go there.
 */
export function changedConnector(
  current: Connector,
  given: UpdateConnector,
  vault: ConnectorVault,
  isOwner: boolean,
): ConnectorChange {
  refuse(given);
  const { config } = current;
  const server = given.server ?? config.server;
  const moves = originOf(server) !== originOf(config.server);
  const authMethods = toAuthMethods(given) ?? config.authMethods;
  const tokensMove = tokenEndpointOf({ authMethods }) !== tokenEndpointOf(config);
  const kept = moves && !isOwner ? NO_SECRETS : vault.accessOf(current);
  return {
    name: given.name ?? current.name,
    config: {
      ...config,
      title: given.title === undefined ? config.title : given.title,
      description: given.description ?? config.description,
      server,
      iconUrl: given.icon_url === undefined ? config.iconUrl : given.icon_url,
      systemPrompt: given.system_prompt === undefined ? config.systemPrompt : given.system_prompt,
      authMethods,
    },
    sealedAccess: vault.seal(
      current.id,
      changedSecrets(tokensMove && !isOwner ? withoutClient(kept) : kept, given),
    ),
    ...(moves && { moveOwn: originOf(server) }),
  };
}

/** Its secret is for the token endpoint of before. */
function withoutClient({ oauth: _oauth, ...access }: ConnectorAccess): ConnectorAccess {
  return access;
}

const NO_SECRETS: ConnectorAccess = { auth: { type: 'none' }, headers: {} };

/** Headers that are given take the place of all there were; of the two kinds, each by itself is the connector's. */
function changedSecrets(current: ConnectorAccess, given: UpdateConnector): ConnectorAccess {
  const methods = given.auth_methods ?? [];
  const global = methods.flatMap(method => (method.global_headers ? [method.global_headers] : []));
  const client = toOAuthClient(given) ?? current.oauth?.client;
  if (!given.headers && given.headers !== null && global.length === 0) {
    return { ...current, ...(client && { oauth: { client } }) };
  }
  return headersToAccess({ ...globalHeaders(Object.assign({}, ...global)), ...given.headers }, client);
}

function globalHeaders(given: GlobalHeaders | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(given ?? {}).map(([name, { value }]) => [name, value]));
}

/** A bearer token among the headers is the connector's sign-in; the other headers go along as they are. */
export function headersToAccess(
  headers: Readonly<Record<string, string>>,
  client?: ConnectorOAuth['client'],
): ConnectorAccess {
  const oauth = client && { oauth: { client } };
  const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization');
  const token = authorization?.[1].match(/^Bearer\s+(\S+)$/i)?.[1];
  if (!authorization || token === undefined) return { auth: { type: 'none' }, headers, ...oauth };
  const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== authorization[0]));
  const auth: ConnectorAccess['auth'] = { type: 'bearer', token };
  return { auth, headers: rest, ...oauth };
}

function refuse(given: CreateConnector | UpdateConnector): void {
  if (given.protocol === 'http') {
    throw new ApiError('not_supported', 'Connectors of protocol http are not supported; use protocol mcp.', {
      param: 'protocol',
    });
  }
  if ('oauth2_server_metadata_url' in given && given.oauth2_server_metadata_url != null) {
    throw new ApiError(
      'not_supported',
      'oauth2_server_metadata_url is not supported. Give oauth2_server_metadata, or leave both out: it is looked for.',
      { param: 'oauth2_server_metadata_url' },
    );
  }
  // A path takes a UUID for an id: this connector could never be reached by its name.
  if (given.name != null && isUuid(given.name)) {
    throw wrongField(['body', 'name'], 'A name must not have the form of a UUID.');
  }
  for (const key of ['connection_config', 'connection_secrets'] as const) {
    if (key in given && Object.keys((given as UpdateConnector)[key] ?? {}).length > 0) {
      throw new ApiError('not_supported', `${key} is not supported. Use server, headers and auth_methods.`, {
        param: key,
      });
    }
  }
}
