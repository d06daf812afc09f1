import { createGuard, openAuthServer } from '@tramontane/testkit/auth-servers';
import { openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { openApiServer } from '../open-api-server.ts';
import { lastToolTexts } from '../scripted-models.ts';
import type { Rig } from './method-case.ts';

/** The server and everything around it. */
export async function openRig(): Promise<Rig & { close(): Promise<void> }> {
  const tools = [{ name: 'stock', inputSchema: {}, handler: () => ({ pieces: 12 }) }];
  const authServer = await openAuthServer();
  const [api, open, guarded] = await Promise.all([
    openApiServer(),
    openSdkV2Server({ tools }),
    openSdkV2Server({ tools, guard: createGuard({ authServer }) }),
  ]);
  let connectors = 0;
  const says = () => api.models.answers(() => ({ text: 'Yes.' }));
  return {
    api,
    toolServer: open.url,
    guardedServer: guarded.url,
    says,
    calls: () =>
      api.models.answers(request =>
        lastToolTexts(request).length > 0
          ? { text: 'Twelve.' }
          : { toolCalls: [{ name: 'stock', arguments: {} }] },
      ),
    agentId: async () => (await api.sdk.beta.agents.create({ model: says(), name: 'A' })).id,
    async conversationId() {
      const request = { model: says(), inputs: 'Hi', metadata: { a: 1 } };
      return (await api.sdk.beta.conversations.start(request)).conversationId;
    },
    async connectorId() {
      const name = `c${(connectors += 1)}`;
      const request = { protocol: 'mcp' as const, name, description: 'd', server: open.url };
      const made = await api.sdk.beta.connectors.create(request);
      if (!('id' in made)) throw new Error('The connector was not understood.');
      return made.id;
    },
    async close() {
      await Promise.all([api.close(), open.close(), guarded.close(), authServer.close()]);
    },
  };
}
