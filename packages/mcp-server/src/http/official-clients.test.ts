import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBearerAuth, createGuards } from '@tramontane/guards';
import { serveHttp, type HttpServing } from './serve-http.ts';
import { createShop } from './shop.fixture.ts';

const identity = { name: 'test', version: '1' };
const requestInit = { headers: { authorization: 'Bearer secret' } };
let serving: HttpServing;

beforeAll(async () => {
  serving = await serveHttp(createShop(), {
    port: 0,
    guards: createGuards({ auth: createBearerAuth({ tokens: ['secret'] }) }),
  });
});
afterAll(() => serving.close());

const url = (): URL => new URL(`${serving.url}/mcp`);

describe('the official client 2.x', () => {
  it.each([
    ['auto', '2026-07-28'],
    ['legacy', '2025-11-25'],
  ] as const)('lists, calls and reads in mode %s', async (mode, version) => {
    const client = new Client2(identity, { versionNegotiation: { mode } });
    await client.connect(new Transport2(url(), { requestInit }));
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect(client.getServerVersion()).toMatchObject({ name: 'shop', version: '1.2.3' });
    const { tools } = await client.listTools();
    expect(tools.map(tool => tool.name)).toContain('add');
    expect(await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } })).toMatchObject({
      structuredContent: { sum: 5 },
    });
    expect(await client.callTool({ name: 'broken', arguments: {} })).toMatchObject({ isError: true });
    await expect(client.callTool({ name: 'nope', arguments: {} })).rejects.toThrow(/Unknown tool/);
    // A URI outside ASCII travels encoded in Mcp-Name.
    expect((await client.readResource({ uri: 'docs://größe' })).contents[0]).toMatchObject({
      text: 'S, M, L',
    });
    expect((await client.listResources()).resources).toHaveLength(1);
    expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1);
    await expect(client.readResource({ uri: 'docs://none' })).rejects.toThrow(/not found/i);
    await client.close();
  });
});

describe('the official client 1.x', () => {
  it('lists, calls and reads', async () => {
    const client = new Client1(identity);
    await client.connect(new Transport1(url(), { requestInit }));
    expect(client.getServerVersion()).toMatchObject({ name: 'shop' });
    expect((await client.listTools()).tools.map(tool => tool.name)).toContain('add');
    expect(await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } })).toMatchObject({
      structuredContent: { sum: 5 },
    });
    expect(await client.callTool({ name: 'add', arguments: { a: 'two' } })).toMatchObject({ isError: true });
    expect((await client.readResource({ uri: 'data://users' })).contents[0]).toMatchObject({ text: 'users' });
    await client.ping();
    await client.close();
  });
});
