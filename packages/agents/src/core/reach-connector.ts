import type { StoredConnectorTool } from './agent.ts';
import { ApiError, isDatabaseAway } from './api-error.ts';
import type { Caller } from './caller.ts';
import { accessFor, type AccessPorts } from './connector-access.ts';
import { standingOf, type ConnectorPreference, type PreferenceStore } from './connector-preference.ts';
import type { Connector, ConnectorAccess } from './connector.ts';
import { ToolServerFailure, type ConnectorStore } from './ports.ts';

export interface ReachPorts extends AccessPorts {
  readonly connectors: ConnectorStore;
  readonly preferences: PreferenceStore;
}

/** A connector that a run may use, what it signs in with, and what holds for its tools. */
export interface ReachedConnector {
  readonly connector: Connector;
  readonly access: ConnectorAccess;
  /** Nearest level first. */
  readonly preferences: readonly ConnectorPreference[];
}

/** One that a run has and cannot use; the reason is for the model and the caller to read. */
export interface UnreachedConnector {
  readonly connector: Connector;
  readonly failure: { readonly code: string; readonly message: string };
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
  const connector =
    run.unstored?.find(({ id }) => id === tool.connectorId) ??
    (await ports.connectors.find(caller, tool.connectorId, { viaAgent }));
  if (!connector) return undefined;
  // Both are asked for at once: a turn waits for them before it says a word.
  const asked = accessFor(caller, connector, { tool }, ports);
  // It may fail before the preferences are there, or not be wanted at all.
  asked.catch(() => undefined);
  const preferences = connector.inline
    ? []
    : ((await ports.preferences.listFor([connector.id], caller)).get(connector.id) ?? []);
  if (!standingOf(preferences).active) {
    return { connector, failure: { code: 'connector_off', message: `${connector.name} is switched off.` } };
  }
  try {
    return { connector, access: await asked, preferences };
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    if (!(error instanceof ToolServerFailure) && !(error instanceof ApiError)) throw error;
    return { connector, failure: { code: error.code, message: error.message } };
  }
}
