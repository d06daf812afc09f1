import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { unknownParts } from '../../packages/wire/src/testing/canned-client.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { lastToolTexts } from './scripted-models.ts';

let api: ApiServer;
let shop: ToolServer;

beforeAll(async () => {
  [api, shop] = await Promise.all([
    openApiServer(),
    openSdkV2Server({
      name: 'shop',
      bearerToken: 'token-of-the-shop',
      tools: [
        {
          name: 'stock_level',
          description: 'How many pieces of a product are in stock.',
          inputSchema: { properties: { product: { type: 'string' } }, required: ['product'] },
          annotations: { readOnlyHint: true },
          handler: ({ product }) => ({ product, pieces: String(product).length }),
        },
      ],
    }),
  ]);
});

afterAll(async () => {
  await Promise.all([api?.close(), shop?.close()]);
});

/** Checks that the SDK understood every part of an answer, and hands it on. */
function known<T>(answer: T): T {
  expect(unknownParts(answer)).toEqual([]);
  return answer;
}

async function createShopConnector(name: string): Promise<string> {
  const connector = known(
    await api.sdk.beta.connectors.create({
      protocol: 'mcp',
      name,
      description: 'The shop',
      server: shop.url,
      headers: { Authorization: 'Bearer token-of-the-shop' },
    }),
  );
  // The client knows two kinds of connectors, and one for answers it did not understand.
  if (connector.protocol !== 'mcp') throw new Error('Not a connector of an MCP server.');
  return connector.id;
}

type Stream = Awaited<ReturnType<ApiServer['sdk']['beta']['conversations']['startStream']>>;

/** Entries as a client of the SDK puts them together: by output index, kind and id from the first event. */
async function foldSdkStream(stream: Stream) {
  const entries = new Map<number, { type: string; id: string; text: string }>();
  const kinds: string[] = [];
  let conversationId = '';
  let usage: { totalTokens?: number | undefined } | undefined;
  for await (const { event, data } of stream) {
    expect(unknownParts(data)).toEqual([]);
    kinds.push(event);
    switch (data.type) {
      case 'conversation.response.started':
        conversationId = data.conversationId;
        break;
      case 'conversation.response.done':
        usage = data.usage;
        break;
      case 'message.output.delta': {
        const entry = entries.get(data.outputIndex) ?? { type: 'message.output', id: data.id, text: '' };
        expect(entry).toMatchObject({ type: 'message.output', id: data.id });
        const piece = typeof data.content === 'string' ? data.content : '';
        entries.set(data.outputIndex, { ...entry, text: entry.text + piece });
        break;
      }
      case 'tool.execution.started':
        expect(entries.has(data.outputIndex)).toBe(false);
        entries.set(data.outputIndex, { type: 'tool.execution', id: data.id, text: data.arguments });
        break;
      case 'tool.execution.delta': {
        const entry = entries.get(data.outputIndex);
        expect(entry).toMatchObject({ type: 'tool.execution', id: data.id });
        if (entry) entries.set(data.outputIndex, { ...entry, text: entry.text + data.arguments });
        break;
      }
      case 'tool.execution.done':
        expect(entries.get(data.outputIndex)).toMatchObject({ type: 'tool.execution', id: data.id });
        break;
      case 'function.call.delta':
        entries.set(data.outputIndex, { type: 'function.call', id: data.id, text: data.arguments });
        break;
      default:
        throw new Error(`Unexpected event ${event}.`);
    }
  }
  const outputs = [...entries].sort(([a], [b]) => a - b).map(([, entry]) => entry);
  return { kinds, conversationId, usage, outputs };
}

describe.each(['scripted', 'offline'] as const)('the official client, %s model', kind => {
  const ask = 'Use stock_level for the product "lamp"';
  /** Two turns, each with a call and an answer that quotes its result. */
  const modelOf = () =>
    kind === 'offline'
      ? 'offline'
      : api.models.plays(
          { toolCalls: [{ name: 'stock_level', arguments: { product: 'lamp' } }] },
          request => ({ text: `In stock: ${lastToolTexts(request).join(' ')}` }),
          { toolCalls: [{ name: 'stock_level', arguments: { product: 'lamp' } }] },
          request => ({ text: `Again: ${lastToolTexts(request).join(' ')}` }),
        );

  it.each(['name', 'id'] as const)('goes the whole way, connector by %s', async by => {
    const { agents, conversations, connectors } = api.sdk.beta;
    const name = `shop_${kind}_by_${by}`;
    const connectorId = await createShopConnector(name);
    const reference = by === 'name' ? name : connectorId;
    const agent = known(
      await agents.create({
        model: modelOf(),
        name: 'Clerk',
        instructions: 'Answer from the stock.',
        tools: [{ type: 'connector', connectorId: reference }],
      }),
    );
    expect(agent).toMatchObject({ version: 0, versions: [0], source: 'api', deploymentChat: false });
    expect(agent.tools).toEqual([{ type: 'connector', connectorId: reference }]);

    const first = known(await conversations.start({ agentId: agent.id, inputs: ask }));
    expect(first.outputs.map(entry => entry.type)).toEqual(['tool.execution', 'message.output']);
    const [execution, message] = first.outputs;
    expect(execution).toMatchObject({ name: 'stock_level', agentId: agent.id });
    expect(execution).toMatchObject({
      info: { is_error: false, connector_name: name, structured_content: { product: 'lamp', pieces: 4 } },
    });
    expect(JSON.stringify(message)).toContain('4');
    expect(first.usage.totalTokens).toBeGreaterThan(0);
    expect(first.usage.connectors).toEqual({ stock_level: 1 });

    const { conversationId } = first;
    const stream = await conversations.appendStream({
      conversationId,
      conversationAppendStreamRequest: { inputs: ask },
    });
    const heard = await foldSdkStream(stream);
    expect(heard.conversationId).toBe(conversationId);
    expect(heard.kinds.at(0)).toBe('conversation.response.started');
    expect(heard.kinds.at(-1)).toBe('conversation.response.done');
    expect(heard.usage?.totalTokens).toBeGreaterThan(0);

    const history = known(await conversations.getHistory({ conversationId }));
    expect(history.entries.map(entry => entry.type)).toEqual([
      'message.input',
      'tool.execution',
      'message.output',
      'message.input',
      'tool.execution',
      'message.output',
    ]);
    // The stream, put together, is what the history holds.
    const written = history.entries.slice(-2).map(entry => ({
      type: entry.type,
      id: 'id' in entry ? entry.id : undefined,
      text:
        entry.type === 'tool.execution'
          ? entry.arguments
          : entry.type === 'message.output'
            ? entry.content
            : undefined,
    }));
    expect(heard.outputs).toEqual(written);
    const plain = first.outputs.map(entry => entry.id);
    expect(plain).toEqual(history.entries.slice(1, 3).map(entry => ('id' in entry ? entry.id : undefined)));

    const messages = known(await conversations.getMessages({ conversationId }));
    expect(messages.messages.map(entry => entry.type)).toEqual([
      'message.input',
      'message.output',
      'message.input',
      'message.output',
    ]);
    expect(known(await conversations.get({ conversationId }))).toMatchObject({ agentId: agent.id });
    const listed = known(await conversations.list({}));
    expect(listed.map(({ id }) => id)).toContain(conversationId);

    await conversations.delete({ conversationId });
    await expect(conversations.getHistory({ conversationId })).rejects.toMatchObject({ statusCode: 404 });
    await agents.delete({ agentId: agent.id });
    await expect(agents.get({ agentId: agent.id })).rejects.toMatchObject({ statusCode: 404 });
    expect(known(await connectors.delete({ connectorId }))).toEqual({ message: expect.any(String) });
  });
});

describe('the official client', () => {
  it('lists and calls the tools of a connector without a model', async () => {
    const { connectors } = api.sdk.beta;
    const connectorId = await createShopConnector('shop_direct');
    const tools = known(await connectors.listTools({ connectorIdOrName: 'shop_direct' }));
    expect(tools).toMatchObject([{ name: 'stock_level', inputSchema: { required: ['product'] } }]);
    const pretty = known(
      await connectors.listTools({ connectorIdOrName: connectorId, pretty: true, refresh: true }),
    );
    expect(pretty).toMatchObject([{ name: 'stock_level' }]);
    const result = known(
      await connectors.callTool({
        connectorIdOrName: connectorId,
        toolName: 'stock_level',
        connectorCallToolRequest: { arguments: { product: 'chair' } },
      }),
    );
    expect(result.content).toMatchObject([{ type: 'text', text: '{"product":"chair","pieces":5}' }]);
    expect(result.metadata?.mcpMeta).toMatchObject({ isError: false, structuredContent: { pieces: 5 } });
    const page = known(await connectors.list({}));
    expect(page.items.map(item => ('name' in item ? item.name : ''))).toContain('shop_direct');
    expect(known(await connectors.get({ connectorIdOrName: 'shop_direct' }))).toMatchObject({
      id: connectorId,
      server: shop.url,
    });
  });

  it('lists models, and pages through agents', async () => {
    const models = known(await api.sdk.models.list());
    expect(models.data?.map(card => ('id' in card ? card.id : ''))).toContain('offline');
    const metadata = { lot: 'paging' };
    const made = [];
    for (let n = 0; n < 5; n += 1) {
      made.push(await api.sdk.beta.agents.create({ model: 'offline', name: `Pager ${n}`, metadata }));
    }
    const seen: string[] = [];
    for await (const page of await api.sdk.beta.agents.listPages({ pageSize: 2, metadata })) {
      seen.push(...known(page.result.data).map(({ id }) => id));
    }
    expect(seen).toEqual(made.map(({ id }) => id));
    const flat = known(await api.sdk.beta.agents.list({ pageSize: 3, page: 1, metadata }));
    expect(flat.map(({ id }) => id)).toEqual(seen.slice(3));
  });

  it('streams a start with parallel calls: entries in the order the model made them', async () => {
    const model = api.models.plays(
      {
        text: 'I look both up. ',
        toolCalls: [
          { name: 'stock_level', arguments: { product: 'a' } },
          { name: 'stock_level', arguments: { product: 'bb' } },
        ],
      },
      request => ({ text: lastToolTexts(request).join(' and ') }),
    );
    await createShopConnector('shop_parallel');
    const stream = await api.sdk.beta.conversations.startStream({
      model,
      inputs: 'Both, please',
      tools: [{ type: 'connector', connectorId: 'shop_parallel' }],
    });
    const heard = await foldSdkStream(stream);
    expect(heard.outputs.map(({ type, text }) => [type, text])).toEqual([
      ['message.output', 'I look both up. '],
      ['tool.execution', '{"product":"a"}'],
      ['tool.execution', '{"product":"bb"}'],
      ['message.output', '{"product":"a","pieces":1} and {"product":"bb","pieces":2}'],
    ]);
    const { conversationId } = heard;
    const history = known(await api.sdk.beta.conversations.getHistory({ conversationId }));
    const ids = history.entries.slice(1).map(entry => ('id' in entry ? entry.id : undefined));
    expect(heard.outputs.map(({ id }) => id)).toEqual(ids);
  });

  it('hands functions to the caller and takes their results', async () => {
    const model = api.models.plays(
      { toolCalls: [{ name: 'local_time', arguments: { city: 'Paris' } }] },
      request => ({ text: `It is ${lastToolTexts(request).join()} there.` }),
    );
    const { conversations } = api.sdk.beta;
    const tools = [
      {
        type: 'function' as const,
        function: { name: 'local_time', description: 'Time in a city.', parameters: { type: 'object' } },
      },
    ];
    const first = known(await conversations.start({ model, inputs: 'Time in Paris?', tools }));
    const call = first.outputs[0];
    if (call?.type !== 'function.call') throw new Error('No function call.');
    expect(call.toolCallId).toMatch(/^[A-Za-z0-9]{9}$/);
    const { conversationId } = first;
    const second = known(
      await conversations.append({
        conversationId,
        conversationAppendRequest: {
          inputs: [{ type: 'function.result', toolCallId: call.toolCallId, result: '12:30' }],
        },
      }),
    );
    expect(second.outputs).toMatchObject([{ type: 'message.output', content: 'It is 12:30 there.' }]);
    const history = known(await conversations.getHistory({ conversationId }));
    expect(history.entries.map(({ type }) => type)).toEqual([
      'message.input',
      'function.call',
      'function.result',
      'message.output',
    ]);
  });
});
