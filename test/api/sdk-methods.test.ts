import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unknownParts } from '../../packages/wire/src/testing/canned-client.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { lastToolTexts } from './scripted-models.ts';

// Methods of the official client for agents, conversations, connectors, models and completions, by name. The list is
// compared with the client's own, so that none is forgotten.

let api: ApiServer;
let tools: ToolServer;

beforeAll(async () => {
  [api, tools] = await Promise.all([
    openApiServer(),
    openSdkV2Server({ tools: [{ name: 'stock', inputSchema: {}, handler: () => ({ pieces: 12 }) }] }),
  ]);
});

afterAll(async () => {
  await Promise.all([api?.close(), tools?.close()]);
});

const says = () => api.models.answers(() => ({ text: 'Yes.' }));
const calls = () =>
  api.models.answers(request =>
    lastToolTexts(request).length > 0
      ? { text: 'Twelve.' }
      : { toolCalls: [{ name: 'stock', arguments: {} }] },
  );
const MESSAGES = [{ role: 'user' as const, content: 'How many?' }];

const agent = async () => await api.sdk.beta.agents.create({ model: says(), name: 'A' });
async function conversation() {
  const started = await api.sdk.beta.conversations.start({ model: says(), inputs: 'Hi', metadata: { a: 1 } });
  return started.conversationId;
}
let connectors = 0;
async function connector(): Promise<string> {
  connectors += 1;
  const name = `c${connectors}`;
  const made = await api.sdk.beta.connectors.create({
    protocol: 'mcp',
    name,
    description: 'd',
    server: tools.url,
  });
  if (!('id' in made)) throw new Error('The connector was not understood.');
  return made.id;
}

/** Reads a stream to its end: every event must be one that the client knows. */
async function readStream(stream: Promise<AsyncIterable<{ data: object }>>): Promise<unknown[]> {
  const heard: unknown[] = [];
  for await (const { data } of await stream) {
    expect(unknownParts(data)).toEqual([]);
    heard.push('type' in data ? data.type : 'chunk');
  }
  return heard;
}

const STREAMED = expect.arrayContaining([
  'conversation.response.started',
  'message.output.delta',
  'conversation.response.done',
]) as unknown;
const NO_BODY = undefined;
const MESSAGE = { message: expect.any(String) as unknown };

type Case = readonly [call: () => Promise<unknown>, answer: unknown];

const AGENTS: Record<string, Case> = {
  create: [agent, { version: 0, versions: [0] }],
  list: [async () => [await agent(), await api.sdk.beta.agents.list({})].at(1), expect.any(Array)],
  listPages: [
    async () => {
      await agent();
      const ids: string[] = [];
      for await (const page of await api.sdk.beta.agents.listPages({ pageSize: 2 })) {
        ids.push(...page.result.data.map(({ id }) => id));
        if (ids.length > 2) break;
      }
      return ids;
    },
    expect.arrayContaining([expect.stringMatching(/^ag_/)]),
  ],
  get: [async () => await api.sdk.beta.agents.get({ agentId: (await agent()).id }), { name: 'A' }],
  update: [
    async () =>
      await api.sdk.beta.agents.update({ agentId: (await agent()).id, updateAgentRequest: { name: 'B' } }),
    { name: 'B', version: 1 },
  ],
  delete: [async () => await api.sdk.beta.agents.delete({ agentId: (await agent()).id }), NO_BODY],
  updateVersion: [
    async () => {
      const agentId = (await agent()).id;
      await api.sdk.beta.agents.update({ agentId, updateAgentRequest: { name: 'B' } });
      return await api.sdk.beta.agents.updateVersion({ agentId, version: 0 });
    },
    { name: 'A', version: 0, versions: [0, 1] },
  ],
  listVersions: [
    async () => await api.sdk.beta.agents.listVersions({ agentId: (await agent()).id }),
    [{ version: 0 }],
  ],
  getVersion: [
    async () => await api.sdk.beta.agents.getVersion({ agentId: (await agent()).id, version: '0' }),
    { version: 0 },
  ],
  createVersionAlias: [
    async () =>
      await api.sdk.beta.agents.createVersionAlias({
        agentId: (await agent()).id,
        alias: 'live',
        version: 0,
      }),
    { alias: 'live', version: 0, createdAt: expect.any(Date) },
  ],
  listVersionAliases: [
    async () => {
      const agentId = (await agent()).id;
      await api.sdk.beta.agents.createVersionAlias({ agentId, alias: 'live', version: 0 });
      return await api.sdk.beta.agents.listVersionAliases({ agentId });
    },
    [{ alias: 'live' }],
  ],
  deleteVersionAlias: [
    async () => {
      const agentId = (await agent()).id;
      await api.sdk.beta.agents.createVersionAlias({ agentId, alias: 'live', version: 0 });
      return await api.sdk.beta.agents.deleteVersionAlias({ agentId, alias: 'live' });
    },
    NO_BODY,
  ],
};

const inputs = 'Go on';
async function restartPoint() {
  const conversationId = await conversation();
  const { entries } = await api.sdk.beta.conversations.getHistory({ conversationId });
  const last = entries.at(-1);
  return { conversationId, fromEntryId: last && 'id' in last ? (last.id ?? '') : '' };
}
const CONVERSATIONS: Record<string, Case> = {
  start: [
    async () => {
      const connectorId = await connector();
      const given = [{ type: 'connector' as const, connectorId }];
      return await api.sdk.beta.conversations.start({ model: calls(), inputs, tools: given });
    },
    {
      outputs: [
        { type: 'tool.execution', name: 'stock' },
        { type: 'message.output', content: 'Twelve.' },
      ],
    },
  ],
  startStream: [
    async () => await readStream(api.sdk.beta.conversations.startStream({ model: says(), inputs })),
    STREAMED,
  ],
  list: [
    async () => [await conversation(), await api.sdk.beta.conversations.list({ metadata: { a: 1 } })].at(1),
    expect.any(Array),
  ],
  get: [
    async () => await api.sdk.beta.conversations.get({ conversationId: await conversation() }),
    { metadata: { a: 1 } },
  ],
  delete: [
    async () => await api.sdk.beta.conversations.delete({ conversationId: await conversation() }),
    NO_BODY,
  ],
  append: [
    async () =>
      await api.sdk.beta.conversations.append({
        conversationId: await conversation(),
        conversationAppendRequest: { inputs },
      }),
    { outputs: [{ type: 'message.output', content: 'Yes.' }] },
  ],
  appendStream: [
    async () =>
      await readStream(
        api.sdk.beta.conversations.appendStream({
          conversationId: await conversation(),
          conversationAppendStreamRequest: { inputs },
        }),
      ),
    STREAMED,
  ],
  getHistory: [
    async () => await api.sdk.beta.conversations.getHistory({ conversationId: await conversation() }),
    { entries: [{ type: 'message.input' }, { type: 'message.output' }] },
  ],
  getMessages: [
    async () => await api.sdk.beta.conversations.getMessages({ conversationId: await conversation() }),
    { messages: [{ type: 'message.input' }, { type: 'message.output' }] },
  ],
  restart: [
    async () => {
      const { conversationId, fromEntryId } = await restartPoint();
      return await api.sdk.beta.conversations.restart({
        conversationId,
        conversationRestartRequest: { inputs, fromEntryId },
      });
    },
    { conversationId: expect.stringMatching(/^conv_/), outputs: [{ type: 'message.output' }] },
  ],
  restartStream: [
    async () => {
      const { conversationId, fromEntryId } = await restartPoint();
      return await readStream(
        api.sdk.beta.conversations.restartStream({
          conversationId,
          conversationRestartStreamRequest: { inputs, fromEntryId },
        }),
      );
    },
    STREAMED,
  ],
};

const by = async () => ({ connectorIdOrName: await connector() });
const CONNECTORS: Record<string, Case> = {
  create: [
    async () => await api.sdk.beta.connectors.get(await by()),
    { protocol: 'mcp', name: expect.stringMatching(/^c\d/) },
  ],
  list: [
    async () => [await connector(), await api.sdk.beta.connectors.list({})].at(1),
    { items: expect.any(Array), pagination: { pageSize: 100 } },
  ],
  get: [async () => await api.sdk.beta.connectors.get(await by()), { server: expect.any(String) }],
  update: [
    async () =>
      await api.sdk.beta.connectors.update({
        connectorId: await connector(),
        requestBody: { protocol: 'mcp', title: 'T' },
      }),
    { title: 'T' },
  ],
  delete: [async () => await api.sdk.beta.connectors.delete({ connectorId: await connector() }), MESSAGE],
  listTools: [async () => await api.sdk.beta.connectors.listTools(await by()), [{ name: 'stock' }]],
  callTool: [
    async () =>
      await api.sdk.beta.connectors.callTool({
        ...(await by()),
        toolName: 'stock',
        connectorCallToolRequest: { arguments: {} },
      }),
    { metadata: { mcpMeta: { isError: false, structuredContent: { pieces: 12 } } } },
  ],
};

/** Not called here yet: sign-in has tests of its own, the others are not on this server. A method that comes moves up. */
const CONNECTORS_NOT_CALLED = [
  'getAuthUrl',
  'getAuthenticationMethods',
  'listUserCredentials',
  'listWorkspaceCredentials',
  'listOrganizationCredentials',
  'createCredentials',
  'updateCredentials',
  'deleteUserCredentials',
  'deleteWorkspaceCredentials',
  'deleteOrganizationCredentials',
  'deleteAllUserCredentials',
  'activateForConsumer',
  'deactivateForConsumer',
  'share',
  'unshare',
  'shareToOrganization',
  'unshareFromOrganization',
];

const refused = (call: () => Promise<unknown>): Case => [
  async () =>
    await call().then(
      () => 'not refused',
      (error: unknown) => (error instanceof Error && 'statusCode' in error ? error.statusCode : error),
    ),
  400,
];
const modelId = 'offline';
const MODELS: Record<string, Case> = {
  list: [
    async () => await api.sdk.models.list(),
    { object: 'list', data: [{ id: 'test-model' }, { id: modelId }] },
  ],
  retrieve: [async () => await api.sdk.models.retrieve({ modelId }), { id: modelId, type: 'base' }],
  // Models belong to their providers.
  delete: refused(async () => await api.sdk.models.delete({ modelId })),
  update: refused(async () => await api.sdk.models.update({ modelId, updateModelRequest: {} })),
  archive: refused(async () => await api.sdk.models.archive({ modelId })),
  unarchive: refused(async () => await api.sdk.models.unarchive({ modelId })),
};
const complete = { choices: [{ message: { content: 'Yes.' }, finishReason: 'stop' }] };
const COMPLETIONS: Record<string, Case> = {
  complete: [
    async () => await api.sdk.agents.complete({ agentId: (await agent()).id, messages: MESSAGES }),
    complete,
  ],
  stream: [
    async () => {
      const agentId = (await agent()).id;
      return await readStream(api.sdk.agents.stream({ agentId, messages: MESSAGES }));
    },
    expect.arrayContaining(['chunk']),
  ],
};

/** Methods that the client has on one of its parts, without what all parts inherit. */
function methodsOf(part: object): string[] {
  const prototype: unknown = Object.getPrototypeOf(part);
  if (typeof prototype !== 'object' || prototype === null) return [];
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return descriptors
    .filter(
      ([name, { value }]) => name !== 'constructor' && typeof value === 'function' && !name.startsWith('_'),
    )
    .map(([name]) => name)
    .toSorted();
}

it('no method of the client is forgotten', () => {
  const { beta, models, agents, chat } = api.sdk;
  expect(methodsOf(beta.agents)).toEqual(Object.keys(AGENTS).toSorted());
  expect(methodsOf(beta.conversations)).toEqual(Object.keys(CONVERSATIONS).toSorted());
  expect(methodsOf(beta.connectors)).toEqual(
    [...Object.keys(CONNECTORS), ...CONNECTORS_NOT_CALLED].toSorted(),
  );
  expect(methodsOf(models)).toEqual(Object.keys(MODELS).toSorted());
  expect(methodsOf(agents)).toEqual(Object.keys(COMPLETIONS).toSorted());
  // Called in completions.test.ts.
  expect(methodsOf(chat)).toEqual(['complete', 'parse', 'parseStream', 'stream']);
  const count = [AGENTS, CONVERSATIONS, CONNECTORS].flatMap(table => Object.keys(table)).length;
  expect(count + CONNECTORS_NOT_CALLED.length).toBe(47);
});

it.each(
  Object.entries({ AGENTS, CONVERSATIONS, CONNECTORS, MODELS, COMPLETIONS }).flatMap(([part, table]) =>
    Object.entries(table).map(([name, each]) => [`${part.toLowerCase()}.${name}`, ...each] as const),
  ),
)('%s', async (_name, call, answer) => {
  const got = await call();
  expect(unknownParts(got)).toEqual([]);
  if (typeof answer === 'object' && answer !== null && !('asymmetricMatch' in answer)) {
    expect(got).toMatchObject(answer);
  } else expect(got).toEqual(answer);
});
