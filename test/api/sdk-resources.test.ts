import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { unknownParts } from '../../packages/wire/src/testing/canned-client.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';

// Methods of the official client beside the way of one conversation.

let api: ApiServer;
let server: ToolServer;

beforeAll(async () => {
  [api, server] = await Promise.all([
    openApiServer(),
    openSdkV2Server({ tools: [{ name: 'act', inputSchema: {}, handler: () => 'yes' }] }),
  ]);
});

afterAll(async () => {
  await Promise.all([api?.close(), server?.close()]);
});

function known<T>(answer: T): T {
  expect(unknownParts(answer)).toEqual([]);
  return answer;
}

it('agents: update, versions, and back to a version', async () => {
  const { agents } = api.sdk.beta;
  const created = known(
    await agents.create({
      model: 'offline',
      name: 'Versioned',
      instructions: 'One.',
      completionArgs: { temperature: 0.5, responseFormat: { type: 'json_object' }, toolChoice: 'auto' },
      metadata: { nested: { list: [1, 'two', null] } },
    }),
  );
  const agentId = created.id;
  const updated = known(
    await agents.update({ agentId, updateAgentRequest: { instructions: 'Two.', versionMessage: 'Second' } }),
  );
  expect(updated).toMatchObject({ version: 1, versions: [0, 1], instructions: 'Two.', name: 'Versioned' });
  expect(updated.metadata).toEqual({ nested: { list: [1, 'two', null] } });
  expect(updated.completionArgs).toMatchObject({ temperature: 0.5, responseFormat: { type: 'json_object' } });
  expect(updated.updatedAt.getTime()).toBeGreaterThanOrEqual(created.createdAt.getTime());
  expect(known(await agents.getVersion({ agentId, version: '0' })).instructions).toBe('One.');
  expect(known(await agents.get({ agentId, agentVersion: 0 })).instructions).toBe('One.');
  expect(known(await agents.listVersions({ agentId })).map(({ version }) => version)).toEqual([0, 1]);
});

it('agents: the tools that came back can be sent back', async () => {
  const { agents, connectors } = api.sdk.beta;
  await connectors.create({ protocol: 'mcp', name: 'echoed', description: 'd', server: server.url });
  const created = await agents.create({
    model: 'offline',
    name: 'Echo',
    tools: [
      { type: 'connector', connectorId: 'echoed', toolConfiguration: { include: ['act'] } },
      { type: 'function', function: { name: 'f', strict: true, parameters: { type: 'object' } } },
    ],
  });
  const read = known(await agents.get({ agentId: created.id }));
  const tools = (read.tools ?? []).filter(tool => tool.type === 'connector' || tool.type === 'function');
  expect(tools).toHaveLength(2);
  const updated = known(await agents.update({ agentId: created.id, updateAgentRequest: { tools } }));
  expect(updated.tools).toEqual(created.tools);
});

it('connectors: update, filtered and paged lists', async () => {
  const { connectors } = api.sdk.beta;
  const names = ['paged_1', 'paged_2', 'paged_3'];
  for (const name of names) {
    known(await connectors.create({ protocol: 'mcp', name, description: 'd', server: server.url }));
  }
  const first = known(await connectors.get({ connectorIdOrName: 'paged_1' }));
  if (first.protocol !== 'mcp') throw new Error('Not a connector of an MCP server.');
  const updated = known(
    await connectors.update({
      connectorId: first.id,
      requestBody: { protocol: 'mcp', title: 'Paged', systemPrompt: 'Act.' },
    }),
  );
  expect(updated).toMatchObject({ title: 'Paged', systemPrompt: 'Act.', name: 'paged_1' });

  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = known(await connectors.list({ pageSize: 2, ...(cursor !== undefined && { cursor }) }));
    seen.push(...page.items.map(item => ('name' in item ? item.name : '')));
    cursor = page.pagination.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toEqual(expect.arrayContaining(names));
  expect(known(await connectors.list({ queryFilters: { active: false } })).items).toEqual([]);
  expect(known(await connectors.list({ queryFilters: { active: true } })).items.length).toBe(seen.length);
});

it('conversations: metadata, filters and pages', async () => {
  const { conversations } = api.sdk.beta;
  const ids: string[] = [];
  for (const n of [1, 2, 3]) {
    const started = known(
      await conversations.start({
        model: 'offline',
        inputs: [{ role: 'user', content: [{ type: 'text', text: `Hello ${n}` }] }],
        name: `Talk ${n}`,
        description: 'About nothing',
        metadata: { lot: 'pages', n },
        instructions: 'Be short.',
        completionArgs: { temperature: 0.2 },
      }),
    );
    ids.push(started.conversationId);
  }
  const all = known(await conversations.list({ metadata: { lot: 'pages' } }));
  expect(new Set(all.map(({ id }) => id))).toEqual(new Set(ids));
  const second = known(await conversations.list({ metadata: { lot: 'pages' }, page: 1, pageSize: 2 }));
  expect(second).toHaveLength(1);
  const one = known(await conversations.list({ metadata: { n: 2 } }));
  expect(one).toMatchObject([{ id: ids[1], name: 'Talk 2', model: 'offline', instructions: 'Be short.' }]);
  const stream = await conversations.startStream({ model: 'offline', inputs: 'Hello', store: false });
  let id = '';
  for await (const { data } of stream) {
    if (data.type === 'conversation.response.started') id = data.conversationId;
  }
  await expect(conversations.get({ conversationId: id })).rejects.toMatchObject({ statusCode: 404 });
});

it('models: one by its name', async () => {
  expect(known(await api.sdk.models.retrieve({ modelId: 'offline' }))).toMatchObject({
    id: 'offline',
    type: 'base',
  });
});
