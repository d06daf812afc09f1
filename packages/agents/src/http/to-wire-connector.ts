import type {
  Connector as WireConnector,
  ConnectorToolSummary,
  ConnectionPreference,
  Credentials as WireCredentials,
  OwnerType,
  PublicAuthMethod,
} from '@tramontane/wire';
import type { ConnectorPreference } from '../core/connector-preference.ts';
import { hasOwnSignIn, type ConnectorView } from '../core/connector-view.ts';
import type { Connector, ConnectorAccess, ConnectorVisibility } from '../core/connector.ts';
import type { Credential, CredentialLevel } from '../core/credential.ts';
import { toUuid } from '../core/ids.ts';
import type { ListedTool } from '../core/tool-servers.ts';
import { createHash } from 'node:crypto';

/** What `GET /v1/connectors/{connector}` was asked to add. */
export interface ConnectorExtras {
  /** The caller's own credentials and preferences. */
  readonly user: boolean;
  /** Those of the caller's workspace and organization. */
  readonly customer: boolean;
}

const NO_EXTRAS: ConnectorExtras = { user: false, customer: false };

export function toWireConnector(
  view: ConnectorView,
  userAgent: string | undefined,
  extras: ConnectorExtras = NO_EXTRAS,
): WireConnector {
  const { connector, standing } = view;
  const { config } = connector;
  const isWanted = (level: CredentialLevel) => (level === 'user' ? extras.user : extras.customer);
  const wantsAny = extras.user || extras.customer;
  return {
    id: connector.id,
    name: connector.name,
    description: config.description,
    created_at: connector.createdAt.toISOString(),
    modified_at: connector.modifiedAt.toISOString(),
    owner_type: toOwnerType(OWNERS[connector.visibility], userAgent),
    visibility: connector.visibility,
    private_tool_execution: false,
    protocol: 'mcp',
    title: config.title,
    server: view.server,
    icon_url: config.iconUrl,
    owner_id: connector.ownerId,
    creator_id: connector.ownerId,
    system_prompt: config.systemPrompt,
    supported_auth_methods: config.authMethods.map(method => toAuthMethod(method, undefined)),
    ...(wantsAny && {
      connection_credentials: view.credentials
        .filter(({ holder }) => isWanted(holder.level))
        .map(toWireCredential),
      connection_preferences: view.preferences.filter(({ level }) => isWanted(level)).map(toPreference),
    }),
    active: standing.active,
    blocked_by: standing.blockedBy.map(level => LEVELS[level]),
    mistral: false,
    is_authenticated: view.isAuthenticated,
    tools: view.tools?.map(tool => toToolSummary(connector, tool)) ?? null,
  };
}

const OWNERS: Readonly<Record<ConnectorVisibility, OwnerType>> = {
  private: 'user',
  shared_workspace: 'workspace',
  shared_org: 'org',
  shared_global: 'system',
};

const LEVELS: Readonly<Record<CredentialLevel, OwnerType>> = {
  user: 'user',
  workspace: 'workspace',
  organization: 'org',
};

/** Python SDKs up to 2.5 read the owner's type as a number, and fail on a name (API notes, connectors). */
const OWNER_NUMBERS: Readonly<Record<OwnerType, number>> = { user: 1, org: 2, workspace: 3, system: 4 };

function toOwnerType(owner: OwnerType, userAgent: string | undefined): WireConnector['owner_type'] {
  return readsNumbers(userAgent) ? OWNER_NUMBERS[owner] : owner;
}

function readsNumbers(userAgent: string | undefined): boolean {
  const version = userAgent?.match(/mistral-client-python\/(\d+)\.(\d+)/);
  if (!version) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major < 2 || (major === 2 && minor <= 5);
}

/** @param own Secrets of the connector, where it is to be said whether they sign in by themselves. */
export function toAuthMethod(
  method: Connector['config']['authMethods'][number],
  own: ConnectorAccess | undefined,
): PublicAuthMethod {
  return {
    method_type: method.type,
    headers: method.headers.length > 0 ? method.headers.map(header => ({ ...header })) : null,
    has_default_credentials: own !== undefined && hasPreset(method.type, own),
    grant_type: method.grantType ?? null,
    oauth2_server_metadata: method.serverMetadata ?? null,
  };
}

/** Types that nobody has to store credentials for: the connector brings its own. */
export function presetsOf(connector: Connector, own: ConnectorAccess): Credential['authType'][] {
  const types = new Set(connector.config.authMethods.map(({ type }) => type));
  return [...types].filter(type => hasPreset(type, own));
}

function hasPreset(type: Credential['authType'], own: ConnectorAccess): boolean {
  if (type === 'none') return true;
  if (type === 'oauth2') return isMachine(own.auth);
  return type === 'bearer' && hasOwnSignIn(own);
}

function isMachine({ type }: ConnectorAccess['auth']): boolean {
  return type === 'client_credentials' || type === 'workload_identity' || type === 'enterprise';
}

export function toWireCredential(credential: Credential): WireCredentials {
  const { status } = credential;
  return {
    name: credential.name,
    authentication_type: credential.authType,
    scope: LEVELS[credential.holder.level],
    title: credential.title,
    status: status && {
      status_type: status.type,
      last_checked_at: status.checkedAt,
      error_http_code: status.httpCode ?? null,
      error_message: status.error ?? null,
    },
    is_default: credential.isDefault,
    creator_id: credential.creatorId,
  };
}

function toPreference({ level, rules }: ConnectorPreference): ConnectionPreference {
  return { name: level, tool_configuration: rules, is_default: true, consumer_type: LEVELS[level] };
}

/** In this place a tool has another form than MCP's: with that one SDKs lose the whole connector. */
function toToolSummary(connector: Connector, tool: ListedTool): ConnectorToolSummary {
  const digest = createHash('sha256').update(`${connector.id}\n${tool.name}`).digest('base64url');
  return {
    id: toUuid(digest),
    name: tool.name,
    description: tool.description ?? tool.title ?? '',
    execution_config: { type: 'mcp' },
    visibility: connector.visibility,
    created_at: connector.createdAt.toISOString(),
    modified_at: connector.modifiedAt.toISOString(),
    jsonschema: { ...tool.inputSchema },
    active: true,
  };
}
