import { ApiError, forbidden, notFound } from './api-error.ts';
import { isAdminOf, type Caller } from './caller.ts';
import type { Connector, ConnectorVisibility } from './connector.ts';
import { checkMayHave, isOwner } from './connector-rights.ts';
import { isUuid } from './ids.ts';
import type { ConnectorStore } from './ports.ts';

/** Whom a connector is shared with beside its creator. */
export type Audience = 'workspace' | 'organization';

/** `PUT` and `DELETE /v1/connectors/{connector_id}/share` and `…/organization/share`. */
export interface ConnectorSharing {
  share(caller: Caller, id: string, audience: Audience): Promise<Connector>;
  /** Private again: what others stored for it goes, the creator's stays. */
  unshare(caller: Caller, id: string, audience: Audience): Promise<Connector>;
}

const SHARED: Readonly<Record<Audience, ConnectorVisibility>> = {
  workspace: 'shared_workspace',
  organization: 'shared_org',
};

export function createConnectorSharing(connectors: ConnectorStore): ConnectorSharing {
  const change = async (
    caller: Caller,
    id: string,
    toVisibility: (current: Connector) => ConnectorVisibility,
  ): Promise<Connector> => {
    if (!isUuid(id)) throw notFound('connector', id);
    let name = '';
    const changed = await connectors.update(caller, id, current => {
      name = current.name;
      const visibility = toVisibility(current);
      // An admin who ends the sharing makes it private for its creator, not for themselves.
      if (visibility !== current.visibility && (visibility !== 'private' || isOwner(caller, current)))
        checkMayHave(caller, visibility);
      return { visibility, dropOthers: visibility === 'private' };
    });
    if (changed === 'name_taken') {
      throw new ApiError(
        'conflict',
        `Another connector there is named ${name}. Give this one another name first.`,
      );
    }
    if (!changed) throw notFound('connector', id);
    return changed;
  };

  return {
    share: (caller, id, audience) =>
      change(caller, id, current => {
        if (current.visibility === SHARED[audience]) return current.visibility;
        checkIsOwner(caller, current, audience);
        if (audience === 'workspace' && current.visibility !== 'private') throw sharedOtherwise(current);
        return SHARED[audience];
      }),
    unshare: (caller, id, audience) =>
      change(caller, id, current => {
        if (current.visibility === 'private') return 'private';
        checkIsOwner(caller, current, audience);
        if (current.visibility !== SHARED[audience]) throw sharedOtherwise(current);
        return 'private';
      }),
  };
}

/** The creator's alone to decide; an organization's admin decides about what the organization shares. */
function checkIsOwner(caller: Caller, connector: Connector, audience: Audience): void {
  if (connector.visibility !== 'shared_global') {
    if (isOwner(caller, connector)) return;
    if (audience === 'organization' && isAdminOf(caller, 'organization')) return;
  }
  throw forbidden(`Only ${connector.ownerId}, who made ${connector.name}, decides who shares it.`);
}

function sharedOtherwise({ name, visibility }: Connector): ApiError {
  const path = visibility === 'shared_org' ? 'organization/share' : 'share';
  return new ApiError(
    'conflict',
    `Connector ${name} is ${visibility}. End that first, with DELETE …/${path}.`,
  );
}
