import { expect } from 'vitest';
import type { MethodCase, MethodCases, Rig } from './method-case.ts';

const connectorsOf = ({ api }: Rig) => api.sdk.beta.connectors;
const MESSAGE: unknown = { message: expect.any(String) as unknown };

type Scope = 'user' | 'workspace' | 'organization';

async function withCredentials(rig: Rig, consumerScope: Scope): Promise<{ connectorIdOrName: string }> {
  const by = { connectorIdOrName: await rig.connectorId() };
  await connectorsOf(rig).createCredentials({
    ...by,
    consumerScope,
    credentialsCreateOrUpdate: { name: 'main', credentials: { bearerToken: 't' } },
  });
  return by;
}

type Lister = 'listUserCredentials' | 'listWorkspaceCredentials' | 'listOrganizationCredentials';
type Deleter = 'deleteUserCredentials' | 'deleteWorkspaceCredentials' | 'deleteOrganizationCredentials';

const lists = (method: Lister, scope: Scope, shown: string): MethodCase => [
  async rig => await connectorsOf(rig)[method](await withCredentials(rig, scope)),
  { credentials: [{ name: 'main', authenticationType: 'bearer', scope: shown, isDefault: true }] },
];

/** What is left is asked for by the method that lists the same level. */
const deletes = (method: Deleter, list: Lister, scope: Scope): MethodCase => [
  async rig => {
    const by = await withCredentials(rig, scope);
    const answer = await connectorsOf(rig)[method]({ ...by, credentialsName: 'main' });
    return [answer, (await connectorsOf(rig)[list](by)).credentials];
  },
  [MESSAGE, []],
];

export const CREDENTIAL_METHODS: MethodCases = {
  listUserCredentials: lists('listUserCredentials', 'user', 'user'),
  listWorkspaceCredentials: lists('listWorkspaceCredentials', 'workspace', 'workspace'),
  listOrganizationCredentials: lists('listOrganizationCredentials', 'organization', 'org'),
  createCredentials: [
    async rig =>
      await connectorsOf(rig).createCredentials({
        connectorIdOrName: await rig.connectorId(),
        consumerScope: 'user',
        credentialsCreateOrUpdate: {
          name: 'machine',
          credentials: { oauth: { grantType: 'client_credentials', clientId: 'c', clientSecret: 's' } },
        },
      }),
    { message: expect.stringContaining('machine') },
  ],
  updateCredentials: [
    async rig => {
      const by = await withCredentials(rig, 'user');
      const credentialsCreateOrUpdate = { name: 'main', title: 'Mine', credentials: { headers: { A: 'b' } } };
      const request = { ...by, consumerScope: 'user' as const, credentialsCreateOrUpdate };
      const answer = await connectorsOf(rig).updateCredentials(request);
      return [answer, (await connectorsOf(rig).listUserCredentials(by)).credentials];
    },
    [MESSAGE, [{ name: 'main', title: 'Mine' }]],
  ],
  deleteUserCredentials: deletes('deleteUserCredentials', 'listUserCredentials', 'user'),
  deleteWorkspaceCredentials: deletes('deleteWorkspaceCredentials', 'listWorkspaceCredentials', 'workspace'),
  deleteOrganizationCredentials: deletes(
    'deleteOrganizationCredentials',
    'listOrganizationCredentials',
    'organization',
  ),
  deleteAllUserCredentials: [
    async rig => {
      const by = await withCredentials(rig, 'user');
      const answer = await connectorsOf(rig).deleteAllUserCredentials(by);
      return [answer, (await connectorsOf(rig).listUserCredentials(by)).credentials];
    },
    [MESSAGE, []],
  ],
};
