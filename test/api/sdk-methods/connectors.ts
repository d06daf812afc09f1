import { expect } from 'vitest';
import { statusOf, type MethodCases, type Rig } from './method-case.ts';

const connectorsOf = ({ api }: Rig) => api.sdk.beta.connectors;
const by = async (rig: Rig) => ({ connectorIdOrName: await rig.connectorId() });
const MESSAGE: unknown = { message: expect.any(String) as unknown };

/** A call that answers with a message only: its answer, and the connector afterwards. */
async function seenAfter(rig: Rig, call: (connectorId: string) => Promise<unknown>): Promise<unknown> {
  const connectorId = await rig.connectorId();
  const answer = await call(connectorId);
  return [answer, await connectorsOf(rig).get({ connectorIdOrName: connectorId })];
}

export const CONNECTOR_METHODS: MethodCases = {
  create: [
    async rig =>
      await connectorsOf(rig).create({
        protocol: 'mcp',
        name: 'made-by-create',
        description: 'd',
        server: rig.toolServer,
      }),
    { protocol: 'mcp', name: 'made-by-create', ownerType: 'workspace', createdAt: expect.any(Date) },
  ],
  list: [
    async rig => {
      const connectorId = await rig.connectorId();
      const page = await connectorsOf(rig).list({ pageSize: 1000 });
      return [page.pagination, page.items.filter(item => 'id' in item && item.id === connectorId)];
    },
    [{ pageSize: 1000 }, [{ protocol: 'mcp' }]],
  ],
  get: [async rig => await connectorsOf(rig).get(await by(rig)), { server: expect.stringMatching(/^http/) }],
  update: [
    async rig =>
      await connectorsOf(rig).update({
        connectorId: await rig.connectorId(),
        requestBody: { protocol: 'mcp', title: 'T' },
      }),
    { title: 'T' },
  ],
  delete: [
    async rig => {
      const connectorId = await rig.connectorId();
      return [
        await connectorsOf(rig).delete({ connectorId }),
        await statusOf(connectorsOf(rig).get({ connectorIdOrName: connectorId })),
      ];
    },
    [MESSAGE, 404],
  ],
  listTools: [async rig => await connectorsOf(rig).listTools(await by(rig)), [{ name: 'stock' }]],
  callTool: [
    async rig =>
      await connectorsOf(rig).callTool({
        ...(await by(rig)),
        toolName: 'stock',
        connectorCallToolRequest: { arguments: {} },
      }),
    { metadata: { mcpMeta: { isError: false, structuredContent: { pieces: 12 } } } },
  ],
  getAuthUrl: [
    async rig => {
      await connectorsOf(rig).create({
        protocol: 'mcp',
        name: 'wants-sign-in',
        description: 'd',
        server: rig.guardedServer,
      });
      return await connectorsOf(rig).getAuthUrl({ connectorIdOrName: 'wants-sign-in' });
    },
    { authUrl: expect.stringMatching(/^http.*\/authorize\?/), ttl: expect.any(Number) },
  ],
  getAuthenticationMethods: [
    async rig => await connectorsOf(rig).getAuthenticationMethods(await by(rig)),
    [{ methodType: 'none', hasDefaultCredentials: true }],
  ],
  activateForConsumer: [
    async rig =>
      await seenAfter(rig, async connectorId => {
        const consumer = { connectorId, consumerScope: 'workspace' as const };
        await connectorsOf(rig).deactivateForConsumer(consumer);
        return await connectorsOf(rig).activateForConsumer(consumer);
      }),
    [MESSAGE, { active: true, blockedBy: [] }],
  ],
  deactivateForConsumer: [
    async rig =>
      await seenAfter(rig, connectorId =>
        connectorsOf(rig).deactivateForConsumer({ connectorId, consumerScope: 'organization' }),
      ),
    [MESSAGE, { active: false, blockedBy: ['org'] }],
  ],
  share: [
    async rig =>
      await seenAfter(rig, async connectorId => {
        await connectorsOf(rig).unshare({ connectorId });
        return await connectorsOf(rig).share({ connectorId });
      }),
    [MESSAGE, { visibility: 'shared_workspace', ownerType: 'workspace' }],
  ],
  unshare: [
    async rig => await seenAfter(rig, connectorId => connectorsOf(rig).unshare({ connectorId })),
    [MESSAGE, { visibility: 'private', ownerType: 'user' }],
  ],
  shareToOrganization: [
    async rig => await seenAfter(rig, connectorId => connectorsOf(rig).shareToOrganization({ connectorId })),
    [MESSAGE, { visibility: 'shared_org', ownerType: 'org' }],
  ],
  unshareFromOrganization: [
    async rig =>
      await seenAfter(rig, async connectorId => {
        await connectorsOf(rig).shareToOrganization({ connectorId });
        return await connectorsOf(rig).unshareFromOrganization({ connectorId });
      }),
    [MESSAGE, { visibility: 'private', ownerType: 'user' }],
  ],
};
