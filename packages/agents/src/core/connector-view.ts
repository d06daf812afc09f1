import type { Caller } from './caller.ts';
import { findDefault } from './connector-access.ts';
import {
  standingOf,
  type ConnectorPreference,
  type ConnectorStanding,
  type PreferenceStore,
} from './connector-preference.ts';
import { isOwner } from './connector-rights.ts';
import { withoutQuery, type Connector, type ConnectorAccess } from './connector.ts';
import type { ConnectorVault } from './connector-vault.ts';
import type { Credential, CredentialStore } from './credential.ts';
import type { ConnectorStore } from './ports.ts';
import type { KnownTools, ListedTool } from './tool-servers.ts';

/** A connector as one caller sees it: with what holds for them. */
export interface ConnectorView {
  readonly connector: Connector;
  /** Its address: the whole of it for whoever made the connector. */
  readonly server: string;
  readonly standing: ConnectorStanding;
  readonly preferences: readonly ConnectorPreference[];
  readonly credentials: readonly Credential[];
  readonly isAuthenticated: boolean;
  /** Tools that were listed before with what the caller signs in with. */
  readonly tools: readonly ListedTool[] | undefined;
}

export interface ConnectorViewPorts {
  readonly connectors: ConnectorStore;
  readonly credentials: CredentialStore;
  readonly preferences: PreferenceStore;
  readonly vault: ConnectorVault;
  readonly known: KnownTools;
}

export async function viewConnectors(
  caller: Caller,
  connectors: readonly Connector[],
  ports: ConnectorViewPorts,
): Promise<ConnectorView[]> {
  const ids = connectors.map(({ id }) => id);
  const [preferences, credentials] = await Promise.all([
    ports.preferences.listFor(ids, caller),
    ports.credentials.listFor(ids, caller),
  ]);
  return connectors.map(connector => {
    const mine = preferences.get(connector.id) ?? [];
    const usable = credentials.get(connector.id) ?? [];
    const chosen = connector.inline ? undefined : findDefault(usable, connector);
    return {
      connector,
      server: isMine(caller, connector) ? connector.config.server : withoutQuery(connector.config.server),
      standing: standingOf(mine),
      preferences: mine,
      credentials: usable,
      isAuthenticated: isAuthenticated(connector, chosen, ports.vault.accessOf(connector)),
      tools: ports.known.of(connector, chosen?.id),
    };
  });
}

function isMine(caller: Caller, connector: Connector): boolean {
  return connector.visibility !== 'shared_global' && isOwner(caller, connector);
}

/** Signed in, as far as is known: nothing is asked of the server here. */
function isAuthenticated(
  connector: Connector,
  chosen: Credential | undefined,
  own: ConnectorAccess,
): boolean {
  if (chosen && chosen.authType !== 'none') return chosen.status?.type !== 'invalid';
  return hasOwnSignIn(own) || connector.config.authMethods.some(({ type }) => type === 'none');
}

/** Whether the connector's creator gave something to sign in with. */
export function hasOwnSignIn({ auth, headers }: ConnectorAccess): boolean {
  return auth.type !== 'none' || Object.keys(headers).length > 0;
}
