import { forbidden } from './api-error.ts';
import { isAdminOf, type Caller } from './caller.ts';
import type { Connector, ConnectorVisibility } from './connector.ts';

/** Whether the connector is this very caller's: a user's name counts within its workspace only. */
export function isOwner(caller: Caller, connector: Connector): boolean {
  return connector.workspace === caller.workspace && connector.ownerId === caller.user;
}

/**
 * Who changes or deletes a connector: of a private one its creator; of one shared in a workspace also the admins there; of
 * one shared in an organization its admins alone; of the operator's nobody (API notes, lifecycle and access).
 */
export function checkMayChange(caller: Caller, connector: Connector): void {
  if (connector.visibility === 'shared_global') {
    throw forbidden(
      `Connector ${connector.name} is the operator's: it is changed in the server's settings only.`,
    );
  }
  if (connector.visibility === 'shared_org') {
    if (isAdminOf(caller, 'organization')) return;
    throw forbidden(`Connector ${connector.name} is shared with the organization: its admins change it.`);
  }
  if (isOwner(caller, connector)) return;
  if (connector.workspace === caller.workspace && isAdminOf(caller, 'workspace')) return;
  throw forbidden(
    `Connector ${connector.name} is ${connector.ownerId}'s: they and the workspace's admins change it.`,
  );
}

/** The operator's connectors stand in the server's settings alone: nothing is stored for them. */
export function checkTakesMore({ name, visibility }: Connector): void {
  if (visibility !== 'shared_global') return;
  throw forbidden(
    `Connector ${name} is the operator's, for everyone: it takes no sign-in, credentials or switching of its own. Make a connector for the same server.`,
  );
}

/** Whether a connector of this caller may have this visibility. */
export function checkMayHave(caller: Caller, visibility: ConnectorVisibility): void {
  if (visibility === 'private' && caller.keyScope !== 'private_and_shared') {
    throw forbidden(
      'This key reaches shared connectors only, so it could not use a private one. Make a key with --connectors private_and_shared.',
    );
  }
  if (visibility === 'shared_org' && !isAdminOf(caller, 'organization')) {
    throw forbidden(
      'Only an admin of the organization shares connectors with all of it. Use visibility shared_workspace.',
    );
  }
}
