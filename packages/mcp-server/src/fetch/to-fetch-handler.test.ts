import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { describe, expect, it } from 'vitest';
import { createBearerAuth, createGuards } from '@tramontane/guards';
import { createGate, createShop } from '../http/shop.fixture.ts';
import { toFetchHandler, type FetchHandlerOptions } from './to-fetch-handler.ts';

const origin = 'http://localhost:8000';
const url = new URL('/mcp', origin);
const identity = { name: 'test', version: '1' };
const post = (path: string, body: string | ReadableStream, init: RequestInit = {}): Request =>
  new Request(`${origin}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
    ...init,
  });

/** The handler in the place of the network. */
function open(options: FetchHandlerOptions = {}) {
  const gate = createGate();
  const handler = toFetchHandler(createShop(gate), options);
  return { gate, handler, fetch: (to: string | URL, init?: RequestInit) => handler(new Request(to, init)) };
}

describe('the official clients', () => {
  it.each([
    ['auto', '2026-07-28'],
    ['legacy', '2025-11-25'],
  ] as const)('2.x in mode %s', async (mode, version) => {
    const client = new Client2(identity, { versionNegotiation: { mode } });
    await client.connect(new Transport2(url, { fetch: open().fetch }));
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect(await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } })).toMatchObject({
      structuredContent: { sum: 5 },
    });
    await client.close();
  });

  it('1.x', async () => {
    const client = new Client1(identity);
    await client.connect(new Transport1(url, { fetch: open().fetch }));
    expect((await client.listTools()).tools.map(tool => tool.name)).toContain('add');
    await client.close();
  });
});

describe('toFetchHandler', () => {
  it('serves the REST form and health', async () => {
    const { handler } = open();
    const call = JSON.stringify({ name: 'add', arguments: { a: 1, b: 2 } });
    expect(await (await handler(post('/mcp/v1/tools/invoke', call))).json()).toEqual({
      success: true,
      result: { sum: 3 },
      error: null,
    });
    expect(await (await handler(new Request(`${origin}/health`))).json()).toMatchObject({
      status: 'healthy',
    });
    expect((await handler(new Request(`${origin}/other`))).status).toBe(404);
  });

  it('checks host name, origin and token', async () => {
    const { handler } = open({ guards: createGuards({ auth: createBearerAuth({ tokens: ['secret'] }) }) });
    const list = (at: string, headers: Record<string, string>): Promise<Response> =>
      handler(new Request(`${at}/mcp/v1/tools`, { headers }));
    const authorization = 'Bearer secret';
    expect((await list(origin, { authorization })).status).toBe(200);
    expect((await list(origin, {})).headers.get('www-authenticate')).toBe('Bearer');
    expect((await list('http://evil.example', { authorization })).status).toBe(403);
    expect((await list(origin, { authorization, origin: 'https://evil.example' })).status).toBe(403);
  });

  it('takes no more than the limit, with the length of the body and without', async () => {
    const { handler } = open({ bodyLimit: 100 });
    const large = 'x'.repeat(101);
    expect((await handler(post('/mcp', large))).status).toBe(413);
    const init = { duplex: 'half', headers: { 'content-type': 'application/json' } } as RequestInit;
    const streamed = new Blob([large]).stream();
    expect((await handler(post('/mcp', streamed, init))).status).toBe(413);
  });

  it('stops the call of a caller that goes away, and all calls by its signal', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'gated' } });
    for (const who of ['caller', 'server'] as const) {
      const stops = { caller: new AbortController(), server: new AbortController() };
      const { handler, gate } = open({ signal: stops.server.signal });
      const answering = handler(
        post('/mcp', body, { signal: stops.caller.signal, headers: { 'content-type': 'application/json' } }),
      );
      const signal = await gate.begun.promise;
      expect(signal.aborted).toBe(false);
      stops[who].abort();
      expect(signal.aborted).toBe(true);
      expect(await (await answering).json()).toMatchObject({ result: { isError: true } });
    }
  });

  it('streams events as they come, and ends them with the reader', async () => {
    const { handler } = open();
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const params = { _meta, notifications: { toolsListChanged: true } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params });
    const headers = {
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
    };
    const response = await handler(post('/mcp', body, { headers }));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toContain('notifications/subscriptions/acknowledged');
    await reader.cancel();
  });
});
