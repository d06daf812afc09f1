import { createConnectorActivation, type ConnectorActivation } from './connector-activation.ts';
import { createConnectorSharing, type ConnectorSharing } from './connector-sharing.ts';
import { createConnectorTools, type ConnectorTools, type ConnectorToolsPorts } from './connector-tools.ts';
import type { ConnectorVault } from './connector-vault.ts';
import type { ConnectorViewPorts } from './connector-view.ts';
import { createConnectors, type Connectors } from './connectors.ts';
import { createCredentials, type Credentials, type CredentialsPorts } from './credentials.ts';

/** Who may use a connector, and how they sign in to it. */
export interface ConnectorAccessUses {
  readonly connectors: Connectors;
  readonly credentials: Credentials;
  readonly sharing: ConnectorSharing;
  readonly activation: ConnectorActivation;
  readonly vault: ConnectorVault;
}

/** All that can be done with connectors. */
export function createConnectorUses(ports: ConnectorToolsPorts & ConnectorViewPorts & CredentialsPorts): {
  readonly connectorAccess: ConnectorAccessUses;
  readonly connectorTools: ConnectorTools;
} {
  return {
    connectorAccess: {
      connectors: createConnectors(ports),
      credentials: createCredentials(ports),
      sharing: createConnectorSharing(ports.connectors),
      activation: createConnectorActivation(ports),
      vault: ports.vault,
    },
    connectorTools: createConnectorTools(ports),
  };
}
