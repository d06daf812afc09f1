import { ApiError, forbidden, notFound } from './api-error.ts';
import type { CallsOnce, ReadyCall } from './call-once.ts';
import type { Caller } from './caller.ts';
import { accessFor } from './connector-access.ts';
import { isAllowed, standingOf } from './connector-preference.ts';
import type { ConnectorVault } from './connector-vault.ts';
import type { Connector, ConnectorAccess } from './connector.ts';
import { createUuid } from './ids.ts';
import type { ConnectorStore, ReachableConnector } from './ports.ts';
import {
  ToolServerFailure,
  type ListedTool,
  type ToolAnswer,
  type ToolServerHealth,
  type ToolServers,
} from './tool-servers.ts';
import type { Asked } from './request-key.ts';
import { isRepeatable } from './tool-promise.ts';
import { toApiError } from './tool-server-error.ts';

/** `GET /v1/connectors/{connector}/tools` and `…/health`, and `POST …/tools/{tool_name}/call`. */
export interface ConnectorTools {
  list(
    caller: Caller,
    idOrName: string,
    options: { refresh: boolean; credentialsName?: string; signal: AbortSignal },
  ): Promise<readonly ListedTool[]>;
  /** How its tool server is for this caller; asks nothing of it. */
  health(caller: Caller, idOrName: string): Promise<{ connector: Connector; health?: ToolServerHealth }>;
  /** Calls a tool without a model or a conversation: the caller's own word is the consent. */
  call(
    caller: Caller,
    idOrName: string,
    call: {
      tool: string;
      arguments: Readonly<Record<string, unknown>>;
      credentialsName?: string;
      requestId: string;
    },
    asked: Asked,
  ): Promise<ToolAnswer>;
}

export interface ConnectorToolsPorts {
  readonly connectors: ConnectorStore;
  readonly vault: ConnectorVault;
  readonly servers: ToolServers;
  readonly callsOnce: CallsOnce;
}

export function createConnectorTools(ports: ConnectorToolsPorts): ConnectorTools {
  const get = async (caller: Caller, idOrName: string) => {
    const found = await ports.connectors.reach(caller, idOrName);
    if (!found) throw notFound('connector', idOrName);
    return found;
  };
  const signIn = (caller: Caller, found: ReachableConnector, credentialsName?: string): ConnectorAccess => {
    const wish = credentialsName === undefined ? {} : { credentialsName };
    try {
      return accessFor(caller, found, wish, ports.vault);
    } catch (error) {
      throw toHintedError(error, found.connector);
    }
  };
  const reach = async (caller: Caller, idOrName: string, credentialsName: string | undefined) => {
    const found = await get(caller, idOrName);
    const { connector, preferences } = found;
    const standing = standingOf(preferences);
    if (standing.blockedBy.length > 0) throw blocked(connector, standing.blockedBy);
    return { connector, access: signIn(caller, found, credentialsName), preferences, standing };
  };
  /** Everything about a call is checked, and nothing has left. */
  const ready = async (
    caller: Caller,
    idOrName: string,
    { credentialsName, ...call }: Parameters<ConnectorTools['call']>[2],
    signal: AbortSignal,
  ): Promise<ReadyCall> => {
    const { connector, access, preferences, standing } = await reach(caller, idOrName, credentialsName);
    if (!standing.active) throw switchedOff(connector);
    const hinted = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work;
      } catch (error) {
        throw withHint(error, connector);
      }
    };
    const { tools } = await hinted(ports.servers.list(connector, access, { signal }));
    const tool = tools.find(({ name }) => name === call.tool);
    if (!tool || !isAllowed(preferences, tool.name)) {
      const name = JSON.stringify(call.tool);
      throw new ApiError('not_found', `Connector ${connector.name} has no tool ${name}.`);
    }
    return {
      repeatable: isRepeatable(tool, ports.servers.isTrusted(connector)),
      send: (key, stop) => hinted(ports.servers.call(connector, access, { ...call, key, signal: stop })),
    };
  };

  return {
    async list(caller, idOrName, { credentialsName, ...options }) {
      const { connector, access, preferences } = await reach(caller, idOrName, credentialsName);
      const { tools } = await ports.servers
        .list(connector, access, options)
        .catch(error => Promise.reject(toHintedError(error, connector)));
      return tools.filter(({ name }) => isAllowed(preferences, name));
    },
    async health(caller, idOrName) {
      const found = await get(caller, idOrName);
      const { connector } = found;
      const health = ports.servers.health(connector, signIn(caller, found));
      return { connector, ...(health && { health }) };
    },
    async call(caller, idOrName, call, { signal, key }) {
      const prepare = () => ready(caller, idOrName, call, signal);
      try {
        if (key) return await ports.callsOnce.call(caller, { signal, key }, call.tool, prepare);
        // Not the id of the request: its caller makes that up, and two callers may have the same one.
        return await (await prepare()).send(createUuid(), signal);
      } catch (error) {
        throw toApiError(error);
      }
    },
  };
}

function blocked(connector: Connector, by: readonly string[]): ApiError {
  return forbidden(`Connector ${connector.name} is blocked by an admin of the ${by.join(' and the ')}.`);
}

function switchedOff(connector: Connector): ApiError {
  return forbidden(
    `Connector ${connector.name} is switched off for you. POST /v1/connectors/${connector.id}/user/activate switches it on.`,
  );
}

const WANTS_SIGN_IN: ReadonlySet<string> = new Set(['refused', 'sign_in_required']);

function toHintedError(error: unknown, connector: Connector): unknown {
  return toApiError(withHint(error, connector));
}

function withHint(error: unknown, connector: Connector): unknown {
  if (!(error instanceof ToolServerFailure) || !WANTS_SIGN_IN.has(error.code)) return error;
  const { code, mayHaveRun } = error;
  const message = `${error.message} ${howToSignIn(connector)}`;
  return new ToolServerFailure(code, message, { mayHaveRun, cause: error });
}

function howToSignIn({ id, config }: Connector): string {
  const path = `/v1/connectors/${id}`;
  return config.authMethods.some(({ type }) => type === 'oauth2')
    ? `Sign in at the address that GET ${path}/auth_url gives.`
    : `Store credentials with POST ${path}/user/credentials; where the server asks for OAuth, sign in at the address that GET ${path}/auth_url gives.`;
}
