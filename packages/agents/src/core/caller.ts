/** What a caller may manage, least first: what is their own; the workspace's; the organization's too. */
export const ROLES = ['member', 'workspace_admin', 'organization_admin'] as const;
export type Role = (typeof ROLES)[number];

/** Which connectors a key reaches: those that are shared, or its user's private ones too. */
export const KEY_SCOPES = ['shared', 'private_and_shared'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/**
 * Who asks: every row that is stored carries workspace and user, and every look at one names the caller. A workspace
 * belongs to one organization, and a user's name means something only within a workspace.
 */
export interface Caller {
  readonly organization: string;
  readonly workspace: string;
  readonly user: string;
  readonly role: Role;
  readonly keyScope: KeyScope;
}

/** Whoever holds a key from the settings, or the one that was made at the first start: the operator. */
export const OPERATOR: Caller = {
  organization: 'default',
  workspace: 'default',
  user: 'default',
  role: 'organization_admin',
  keyScope: 'private_and_shared',
};

/** Whether this is the operator, or a key that was made with all of the operator's rights in the operator's place. */
export function isOperator({ organization, workspace, user, role }: Caller): boolean {
  return (
    organization === OPERATOR.organization &&
    workspace === OPERATOR.workspace &&
    user === OPERATOR.user &&
    role === OPERATOR.role
  );
}

/**
 * Whether what belongs to the whole workspace, or the whole organization, is the caller's to manage.
 * @public
 */
export function isAdminOf(caller: Caller, level: 'workspace' | 'organization'): boolean {
  if (caller.role === 'organization_admin') return true;
  return level === 'workspace' && caller.role === 'workspace_admin';
}
