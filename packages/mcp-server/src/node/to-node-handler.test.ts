import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect, it, onTestFinished } from 'vitest';
import { createShop } from '../http/shop.fixture.ts';
import { toNodeHandler } from './to-node-handler.ts';

async function listen(listener: RequestListener): Promise<string> {
  const http = createServer(listener).listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

it.each(['auto', 'legacy'] as const)('serves the official client in mode %s', async mode => {
  const origin = await listen(toNodeHandler(createShop()));
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${origin}/mcp`)));
  expect(await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } })).toMatchObject({
    structuredContent: { sum: 5 },
  });
  await client.close();
});

it('answers 404 where nothing is, or hands on', async () => {
  const alone = await listen(toNodeHandler(createShop()));
  expect((await fetch(`${alone}/other?a=1`)).status).toBe(404);
  expect((await fetch(`${alone}/mcp/v1/tools?a=1`)).status).toBe(200);

  const handler = toNodeHandler(createShop());
  const within = await listen((request, response) => handler(request, response, () => response.end('mine')));
  expect(await (await fetch(`${within}/other`)).text()).toBe('mine');
  expect(await (await fetch(`${within}/health`)).json()).toMatchObject({ status: 'healthy' });
});

it('refuses a body over the limit, with its length and without', async () => {
  const origin = await listen(toNodeHandler(createShop(), { bodyLimit: 100 }));
  const headers = { 'content-type': 'application/json' };
  const send = (body: string | ReadableStream, more: object = {}): Promise<Response> =>
    fetch(`${origin}/mcp`, { method: 'POST', headers, body, ...more });
  expect((await send('x'.repeat(101))).status).toBe(413);
  expect((await send(new Blob(['x'.repeat(101)]).stream(), { duplex: 'half' })).status).toBe(413);
  expect((await send('{"jsonrpc":"2.0","id":1,"method":"ping"}')).status).toBe(200);
});
