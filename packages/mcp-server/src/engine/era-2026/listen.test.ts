import { describe, expect, it } from 'vitest';
import { definePrompt } from '../../definition/define-prompt.ts';
import { defineResource } from '../../definition/define-resource.ts';
import { defineTool } from '../../definition/define-tool.ts';
import { createMcpServer, type McpServerOptions } from '../../server.ts';
import { createMeta, envelope } from '../engine.fixture.ts';

const input = { type: 'object', properties: {} };
const tool = defineTool({ name: 'one', description: 'One.', input, handler: () => '1' });
const resource = defineResource({ uri: 'docs://a', name: 'a', description: 'A.', read: () => 'A' });
const prompt = definePrompt({ name: 'p', description: 'P.', handler: () => 'P' });
const create = (options: Partial<McpServerOptions> = {}) =>
  createMcpServer({
    name: 's',
    version: '1',
    design: false,
    tools: [tool],
    resources: [resource],
    ...options,
  });

function listen(server: ReturnType<typeof create>, notifications: unknown, id: string | number = 'sub') {
  const messages: { method: string; params: Record<string, unknown> }[] = [];
  const [gone, ending] = [new AbortController(), new AbortController()];
  const reply = server.engine.handle(
    { jsonrpc: '2.0', id, method: 'subscriptions/listen', params: { _meta: envelope, notifications } },
    createMeta({
      signal: gone.signal,
      ending: ending.signal,
      notify: json => void messages.push(JSON.parse(json) as (typeof messages)[number]),
    }),
  );
  const read = async () => {
    const answered = await reply;
    return answered.kind === 'message' ? (JSON.parse(answered.json) as Record<string, unknown>) : answered;
  };
  return { messages, gone, ending, read };
}

const everything = {
  toolsListChanged: true,
  promptsListChanged: true,
  resourcesListChanged: true,
  resourceSubscriptions: ['docs://a', 'docs://later'],
};

describe('subscriptions/listen', () => {
  it('acknowledges first what there is, then sends only that, tagged with its id', async () => {
    const server = create();
    const all = listen(server, everything, 5);
    const some = listen(server, { resourcesListChanged: true, toolsListChanged: false });
    server.notify.toolsChanged();
    server.notify.promptsChanged();
    server.notify.resourcesChanged();
    server.notify.resourceUpdated('docs://b');
    server.notify.resourceUpdated('docs://later');
    const tag = { _meta: { 'io.modelcontextprotocol/subscriptionId': 5 } };
    const { promptsListChanged: _, ...honoured } = everything;
    expect(all.messages).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications: honoured, ...tag },
      },
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: tag },
      { jsonrpc: '2.0', method: 'notifications/resources/list_changed', params: tag },
      { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'docs://later', ...tag } },
    ]);
    expect(some.messages.map(({ method }) => method)).toEqual([
      'notifications/subscriptions/acknowledged',
      'notifications/resources/list_changed',
    ]);
  });

  it('ends with a result when the server closes, and silently when the caller goes', async () => {
    const server = create();
    const kept = listen(server, everything);
    kept.ending.abort();
    expect(await kept.read()).toMatchObject({
      id: 'sub',
      result: {
        resultType: 'complete',
        _meta: {
          'io.modelcontextprotocol/subscriptionId': 'sub',
          'io.modelcontextprotocol/serverInfo': { name: 's' },
        },
      },
    });
    const left = listen(server, everything);
    left.gone.abort();
    await left.read();
    server.notify.toolsChanged();
    expect([kept.messages.length, left.messages.length]).toEqual([1, 1]);
  });

  it('is bounded in number and size, and gives its place back', async () => {
    const server = create({ maxListens: 1 });
    const first = listen(server, {});
    expect(await listen(server, {}).read()).toMatchObject({ error: { code: -32603 } });
    first.gone.abort();
    await first.read();
    const again = listen(server, {});
    expect(again.messages).toHaveLength(1);
    again.gone.abort();
    const uris = Array.from({ length: 1001 }, (_, index) => `docs://${index}`);
    for (const wrong of [undefined, [], { resourceSubscriptions: 'a' }, { resourceSubscriptions: uris }]) {
      expect(await listen(server, wrong).read()).toMatchObject({ error: { code: -32602 } });
    }
  });

  it('needs a way to send', async () => {
    const params = { _meta: envelope, notifications: {} };
    const message = { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params };
    const reply = await create().engine.handle(message, createMeta());
    expect(reply).toMatchObject({ kind: 'message', json: expect.stringContaining('-32603') });
  });
});

describe('update', () => {
  const list = async (server: ReturnType<typeof create>, method: string): Promise<string> => {
    const message = { jsonrpc: '2.0', id: 1, method, params: { _meta: envelope } };
    const reply = await server.engine.handle(message, createMeta());
    return reply.kind === 'message' ? reply.json : '';
  };

  it('serves the new offer, keeps the rest, and tells who listens', async () => {
    const server = create({ prompts: [prompt] });
    const { messages } = listen(server, everything);
    server.update({
      tools: [tool, defineTool({ name: 'two', description: 'Two.', input, handler: () => '2' })],
    });
    expect(await list(server, 'tools/list')).toContain('"two"');
    expect(await list(server, 'prompts/list')).toContain('"p"');
    server.update({ prompts: [] });
    expect(await list(server, 'prompts/list')).toContain('-32601');
    expect(messages.slice(1).map(({ method }) => method)).toEqual([
      'notifications/tools/list_changed',
      'notifications/prompts/list_changed',
    ]);
    expect(() => server.update({ tools: [tool, tool] })).toThrow('defined twice');
    expect(await list(server, 'tools/list')).toContain('"two"');
  });
});
