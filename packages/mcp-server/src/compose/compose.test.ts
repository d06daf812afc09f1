import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import { defineResource } from '../definition/define-resource.ts';
import { definePrompt } from '../definition/define-prompt.ts';
import { defineTool, type Tool } from '../definition/define-tool.ts';
import { createMcpServer, type McpServer } from '../server.ts';
import { openTestClient, type TestClient } from '../testing/index.ts';
import { mount } from './mount.ts';
import { openProxy, type Proxy } from './open-proxy.ts';
import type { RemoteServer } from './remote-server.ts';

const drop = (): void => {};
const log = { debug: drop, info: drop, warn: drop, error: drop };
const tool = (name: string, handler: () => unknown = () => ({ from: name })): Tool =>
  defineTool({ name, description: `Does ${name}.`, input: z.object({ n: z.number().optional() }), handler });
const serve = (offer: object): McpServer =>
  createMcpServer({ name: 'all', version: '1.0.0', design: false, log, ...offer });
const names = async (client: TestClient): Promise<unknown> => {
  const { tools } = await client.request('tools/list');
  return (tools as { name: string }[]).map(({ name }) => name);
};
let proxy: Proxy | undefined;
afterEach(() => proxy?.close());

test('servers mounted into one keep their tools apart by prefix', async () => {
  const prompt = definePrompt({ name: 'greet', description: 'Greets.', handler: () => 'Hello' });
  const resource = defineResource({ uri: 'docs://a', name: 'A', description: 'A.', read: () => 'text' });
  const server = serve(
    mount({
      crm: { tools: [tool('lookup')], prompts: [prompt] },
      billing: { tools: [tool('lookup')], resources: [resource] },
      '': { tools: [tool('status')] },
    }),
  );
  await using client = await openTestClient(server);
  expect(await names(client)).toEqual(['crm_lookup', 'billing_lookup', 'status']);
  expect((await client.callTool('billing_lookup', {})).structuredContent).toEqual({ from: 'lookup' });
  expect((await client.request('prompts/list'))['prompts']).toMatchObject([{ name: 'crm_greet' }]);
  expect((await client.request('resources/list'))['resources']).toMatchObject([{ uri: 'docs://a' }]);
});

test('names that meet, and prefixes that cannot be, are refused', () => {
  const part = { tools: [tool('b_c')] };
  expect(() => mount({ a: part, a_b: { tools: [tool('c')] } })).toThrow('Two tools are named a_b_c');
  expect(() => mount({ 'a b': part })).toThrow('"a b" cannot stand before');
});

/** A real server behind a real client's connection, without a network. */
async function openRemote(
  server: McpServer,
): Promise<{ remote: RemoteServer; client: TestClient & AsyncDisposable }> {
  const client = await openTestClient(server);
  const remote: RemoteServer = {
    listTools: async () => ({ tools: (await client.request('tools/list'))['tools'] as never }),
    callTool: async call => {
      const { name, arguments: args } = call;
      const { content, isError, structuredContent } = await client.callTool(name, args);
      return { content, isError, structuredContent };
    },
  };
  return { remote, client };
}

test('a proxy lists a remote server’s tools word for word and passes calls on', async () => {
  const add = defineTool({
    name: 'add',
    title: 'Add',
    description: 'Adds.',
    input: { type: 'object', properties: { a: { type: 'number' }, 'x-odd': { const: 7 } }, required: ['a'] },
    output: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
    annotations: { readOnlyHint: true },
    handler: ({ a }) => ({ sum: Number(a) + 1 }),
  });
  const refuse = tool('refuse', () => ({ content: [{ type: 'text', text: 'Closed.' }], isError: true }));
  const behind = serve({ tools: [add, refuse] });
  const { remote, client: inner } = await openRemote(behind);
  proxy = await openProxy({ remote, log });
  await using client = await openTestClient(serve(mount({ far: proxy.offer })));
  const [listed] = (await client.request('tools/list'))['tools'] as object[];
  const [original] = (await inner.request('tools/list'))['tools'] as object[];
  expect(listed).toEqual({ ...original, name: 'far_add' });
  expect((await client.callTool('far_add', { a: 2 })).structuredContent).toEqual({ sum: 3 });
  expect((await client.callTool('far_add', {})).text).toContain('"a" is required');
  expect(await client.callTool('far_refuse', {})).toMatchObject({ isError: true, text: 'Closed.' });
  await inner[Symbol.asyncDispose]();
});

test('a changed list is offered, and one that cannot be read leaves the old one', async () => {
  const behind = serve({ tools: [tool('one')] });
  const { remote, client: inner } = await openRemote(behind);
  let away = false;
  const list = (...options: Parameters<RemoteServer['listTools']>) =>
    away ? Promise.reject(new Error('away')) : remote.listTools(...options);
  let changes = 0;
  proxy = await openProxy({ remote: { ...remote, listTools: list }, log, onChange: () => (changes += 1) });
  await proxy.refresh();
  expect(changes).toBe(0);
  behind.update({ tools: [tool('one'), tool('two')] });
  await proxy.refresh();
  expect(changes).toBe(1);
  away = true;
  await expect(proxy.refresh()).rejects.toThrow('away');
  expect(proxy.offer.tools?.map(({ name }) => name)).toEqual(['one', 'two']);
  await inner[Symbol.asyncDispose]();
});

test('a remote server that gives no answer is told in words, without its inner address', async () => {
  const broken: RemoteServer = {
    listTools: async () => ({ tools: [{ name: 'pay', inputSchema: { type: 'object' } }] }),
    callTool: () => Promise.reject(Object.assign(new Error('10.0.0.7 refused'), { mayHaveRun: true })),
  };
  proxy = await openProxy({ remote: broken, log });
  await using client = await openTestClient(serve(proxy.offer));
  const { text, isError } = await client.callTool('pay', {});
  expect({ text, isError }).toEqual({
    isError: true,
    text: 'The server behind pay gave no answer. It is not known whether it ran; look before you call again.',
  });
});
