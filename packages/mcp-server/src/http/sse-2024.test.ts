import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveHttp, type HttpServing } from './serve-http.ts';
import { createGate, type Gate } from './shop.fixture.ts';
import { createTalker, nextEvent, readEvents } from './talker.fixture.ts';

let gate: Gate;
let server: ReturnType<typeof createTalker>;
let serving: HttpServing;

beforeEach(async () => {
  gate = createGate();
  server = createTalker(gate);
  serving = await serveHttp(server, {
    port: 0,
    drainMs: 100,
    paths: { sse: '/sse' },
    sessions: { maxSessions: 2 },
  });
});
afterEach(() => serving.close());

/** The stream, and where to post. */
async function open() {
  const caller = new AbortController();
  const response = await fetch(`${serving.url}/sse`, { signal: caller.signal });
  const events = readEvents(response);
  const endpoint = await nextEvent(events);
  return { caller, events, endpoint, response };
}

const post = (path: string, body: string) =>
  fetch(`${serving.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

describe('HTTP+SSE of 2024-11-05', () => {
  it('serves the official client in full', async () => {
    const client = new Client({ name: 'old', version: '1' }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } }));
    const told = Promise.withResolvers<void>();
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => told.resolve());
    await client.connect(new SSEClientTransport(new URL(`${serving.url}/sse`)));
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('plain');
    const elicited = await client.callTool({ name: 'elicits' });
    expect(JSON.stringify(elicited)).toContain('Ada');
    server.notify.toolsChanged();
    await told.promise;
    await client.close();
  });

  it('says where to post, takes messages with 202, and answers on the stream', async () => {
    const { events, endpoint } = await open();
    expect(endpoint).toEqual({ event: 'endpoint', data: expect.stringMatching(/^\/sse\?sessionId=[\w-]+$/) });
    const path = endpoint?.data ?? '';
    const params = {
      protocolVersion: '2024-11-05',
      capabilities: {},
      clientInfo: { name: 'c', version: '1' },
    };
    const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params };
    expect((await post(path, JSON.stringify(initialize))).status).toBe(202);
    expect(JSON.parse((await nextEvent(events))?.data ?? '')).toMatchObject({
      result: { protocolVersion: '2024-11-05' },
    });
    expect((await post(path, '{')).status).toBe(400);
    expect((await nextEvent(events))?.data).toContain('-32700');
    expect((await post('/sse?sessionId=none', ping)).status).toBe(404);
    expect((await post('/sse', ping)).status).toBe(404);
  });

  it('cancels with the connection, and gives its place back', async () => {
    const { caller, endpoint } = await open();
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'progress' } };
    await post(endpoint?.data ?? '', JSON.stringify(call));
    const signal = await gate.begun.promise;
    await open();
    expect((await fetch(`${serving.url}/sse`)).status).toBe(503);
    const aborted = new Promise(resolve => signal.addEventListener('abort', resolve));
    caller.abort();
    await aborted;
    expect((await post(endpoint?.data ?? '', ping)).status).toBe(404);
    expect((await open()).endpoint?.data).toContain('sessionId');
  });

  it('ends with the server', async () => {
    const { events } = await open();
    await serving.close();
    expect(await nextEvent(events)).toBeUndefined();
  });

  it('is not there unless asked for', async () => {
    const own = await serveHttp(createTalker(gate), { port: 0 });
    expect((await fetch(`${own.url}/sse`)).status).toBe(404);
    await own.close();
  });
});
