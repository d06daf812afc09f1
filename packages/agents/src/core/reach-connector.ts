import type { CallFailureCode } from '@tramontane/engine';
import type { StoredConnectorTool } from './agent.ts';
import { ApiError, type ApiErrorCode } from './api-error.ts';
import type { Caller } from './caller.ts';
import { accessFor } from './connector-access.ts';
import { standingOf, type ConnectorPreference } from './connector-preference.ts';
import type { ConnectorVault } from './connector-vault.ts';
import type { Connector, ConnectorAccess } from './connector.ts';
import type { ConnectorStore } from './ports.ts';
import { ToolServerFailure, type ToolServerFailureCode } from './tool-servers.ts';

export interface ReachPorts {
  readonly connectors: ConnectorStore;
  readonly vault: ConnectorVault;
}

/** A connector that a run may use, what it signs in with, and what holds for its tools. */
export interface ReachedConnector {
  readonly connector: Connector;
  readonly access: ConnectorAccess;
  /** Nearest level first. */
  readonly preferences: readonly ConnectorPreference[];
}

/** Why a run cannot use a connector that it has. */
export type UnreachedCode = ToolServerFailureCode | ApiErrorCode | Extract<CallFailureCode, 'connector_off'>;

/** One that a run has and cannot use; the reason is for the model and the caller to read. */
export interface UnreachedConnector {
  readonly connector: Connector;
  readonly failure: { readonly code: UnreachedCode; readonly message: string };
}

/**
 * The connector behind a tool, as the run's caller reaches it. `undefined`: it was deleted, or is not the caller's to know of.
 * @param run.viaAgent The tool is an agent's: what was given inline to that agent is reached through it.
 */
export async function reachConnector(
  run: { readonly caller: Caller; readonly unstored?: readonly Connector[]; readonly viaAgent: boolean },
  tool: StoredConnectorTool,
  ports: ReachPorts,
): Promise<ReachedConnector | UnreachedConnector | undefined> {
  const { caller, viaAgent } = run;
  const brought = run.unstored?.find(({ id }) => id === tool.connectorId);
  const found = brought
    ? { connector: brought, credentials: [], preferences: [] }
    : await ports.connectors.reach(caller, tool.connectorId, { viaAgent });
  if (!found) return undefined;
  const { connector } = found;
  // Nobody can store preferences for what nobody can list.
  const preferences = connector.inline ? [] : found.preferences;
  if (!standingOf(preferences).active) {
    return { connector, failure: { code: 'connector_off', message: `${connector.name} is switched off.` } };
  }
  try {
    return { connector, access: accessFor(caller, found, { tool }, ports.vault), preferences };
  } catch (error) {
    if (!(error instanceof ToolServerFailure) && !(error instanceof ApiError)) throw error;
    return { connector, failure: { code: error.code, message: error.message } };
  }
}
