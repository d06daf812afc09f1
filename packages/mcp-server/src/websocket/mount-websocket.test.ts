import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createBearerAuth, createGuards } from '@tramontane/guards';
import { serveHttp } from '../http/serve-http.ts';
import { createGate, createShop } from '../http/shop.fixture.ts';
import { mountWebSocket, type WebSocketMount, type WebSocketOptions } from './mount-websocket.ts';

interface Opened {
  readonly http: Server;
  readonly mount: WebSocketMount;
  readonly url: string;
  readonly gate: ReturnType<typeof createGate>;
}

async function open(options: WebSocketOptions = {}): Promise<Opened> {
  const gate = createGate();
  const http = createServer((_request, response) => response.end('plain'));
  const mount = mountWebSocket(http, createShop(gate), { drainMs: 100, ...options });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(async () => {
    await mount.close();
    http.closeAllConnections();
    http.close();
  });
  return { http, mount, gate, url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/mcp` };
}

async function dial(
  url: string,
  headers: Record<string, string> = {},
  protocols = ['mcp'],
): Promise<WebSocket> {
  const socket = new WebSocket(url, protocols, { headers });
  await once(socket, 'open');
  return socket;
}

/** The status an upgrade is refused with, and its body. */
async function refused(
  url: string,
  headers: Record<string, string> = {},
  protocols = ['mcp'],
): Promise<unknown> {
  const socket = new WebSocket(url, protocols, { headers });
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    NodeJS.ReadableStream & { statusCode: number },
  ];
  return { status: response.statusCode, ...(JSON.parse(await readText(response)) as object) };
}

async function receive(socket: WebSocket): Promise<unknown> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return JSON.parse(data.toString('utf8')) as unknown;
}

const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
const gated = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'gated' } });

describe('the official client 1.x', () => {
  it('lists, calls and reads', async () => {
    const { url } = await open();
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new WebSocketClientTransport(new URL(url)));
    expect(client.getServerVersion()).toMatchObject({ name: 'shop' });
    expect((await client.listTools()).tools.map(tool => tool.name)).toContain('add');
    const sums = await Promise.all(
      Array.from({ length: 50 }, (_, a) => client.callTool({ name: 'add', arguments: { a, b: 1 } })),
    );
    expect(sums.map(result => result.structuredContent)).toEqual(sums.map((_, a) => ({ sum: a + 1 })));
    expect((await client.readResource({ uri: 'data://users' })).contents[0]).toMatchObject({ text: 'users' });
    await client.close();
  });
});

describe('a connection', () => {
  it('serves 2026-07-28 too', async () => {
    const { url } = await open();
    const socket = await dial(url);
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta } }));
    expect(await receive(socket)).toMatchObject({ result: { supportedVersions: ['2026-07-28'] } });
    socket.close();
  });

  it('answers broken JSON and goes on', async () => {
    const { url } = await open();
    const socket = await dial(url);
    socket.send('{');
    expect(await receive(socket)).toMatchObject({ error: { code: -32700 } });
    socket.send(ping);
    expect(await receive(socket)).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    socket.close();
  });

  it.each([
    ['a message over the limit', 'x'.repeat(1001), 1009],
    ['a binary message', Buffer.from(ping), 1003],
  ])('is closed by %s', async (_what, data, code) => {
    const { url } = await open({ maxMessageBytes: 1000 });
    const socket = await dial(url);
    socket.send(data);
    expect((await once(socket, 'close'))[0]).toBe(code);
  });

  it('is closed when it is idle for too long, but not while a call runs', async () => {
    const { url, gate } = await open({ idleMs: 20 });
    const socket = await dial(url);
    socket.send(gated);
    expect((await gate.begun.promise).aborted).toBe(false);
    const closed = once(socket, 'close');
    gate.open.resolve();
    expect(await receive(socket)).toMatchObject({ id: 2, result: {} });
    expect((await closed)[0]).toBe(1000);
  });

  it('is cut when it leaves a ping unanswered', async () => {
    const { url, gate } = await open({ pingMs: 20 });
    const socket = new WebSocket(url, ['mcp'], { autoPong: false });
    await once(socket, 'open');
    socket.send(gated);
    const signal = await gate.begun.promise;
    expect((await once(socket, 'close'))[0]).toBe(1006);
    await expect.poll(() => signal.aborted).toBe(true);
  });

  it('takes its calls with it when it goes away', async () => {
    const { url, gate } = await open();
    const socket = await dial(url);
    socket.send(gated);
    const signal = await gate.begun.promise;
    const aborted = once(signal, 'abort');
    socket.terminate();
    await aborted;
  });

  it('ends with the server, after its calls', async () => {
    const { url, gate, mount } = await open({ drainMs: 10_000 });
    const socket = await dial(url);
    socket.send(gated);
    await gate.begun.promise;
    const closed = once(socket, 'close');
    const closing = mount.close();
    gate.open.resolve();
    expect(await receive(socket)).toMatchObject({ id: 2, result: { content: [{ text: 'through' }] } });
    expect((await closed)[0]).toBe(1001);
    await closing;
  });
});

describe('beside serveHttp', () => {
  it('shares the port and the end', async () => {
    const gate = createGate();
    const server = createShop(gate);
    const serving = await serveHttp(server, { port: 0, upgrade: servers => mountWebSocket(servers, server) });
    expect((await fetch(`${serving.url}/health`)).status).toBe(200);
    const socket = await dial(`${serving.url.replace('http', 'ws')}/mcp`);
    socket.send(gated);
    await gate.begun.promise;
    const closed = once(socket, 'close');
    const closing = serving.close();
    gate.open.resolve();
    expect(await receive(socket)).toMatchObject({ id: 2, result: {} });
    expect((await closed)[0]).toBe(1001);
    await closing;
  });
});

describe('an upgrade', () => {
  it('needs the token, the host name and the subprotocol', async () => {
    const { url } = await open({ guards: createGuards({ auth: createBearerAuth({ tokens: ['secret'] }) }) });
    const authorization = 'Bearer secret';
    expect(await refused(url)).toMatchObject({
      status: 401,
      detail: expect.stringContaining('bearer token') as string,
    });
    expect(await refused(url, { authorization: 'Bearer wrong' })).toMatchObject({ status: 401 });
    expect(await refused(url, { authorization, origin: 'https://evil.example' })).toMatchObject({
      status: 403,
    });
    expect(await refused(url, { authorization, host: 'evil.example' })).toMatchObject({ status: 403 });
    expect(await refused(url, { authorization }, [])).toMatchObject({ status: 400 });
    (await dial(url, { authorization })).close();
  });

  it('is refused above the number of connections', async () => {
    const { url } = await open({ maxConnections: 1 });
    const first = await dial(url);
    expect(await refused(url)).toMatchObject({ status: 503 });
    const closed = once(first, 'close');
    first.close();
    await closed;
    await expect.poll(async () => (await dial(url).catch(() => undefined))?.readyState).toBe(WebSocket.OPEN);
  });

  it('survives a peer that leaves in the middle of it', async () => {
    const { http, url } = await open();
    const socket = connect((http.address() as AddressInfo).port, '127.0.0.1');
    socket.write('GET /mcp HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    await once(socket, 'data');
    socket.resetAndDestroy();
    (await dial(url)).close();
  });
});
