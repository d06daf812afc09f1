import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBearerAuth, createGuards } from '@tramontane/guards';
import { mcpPlugin } from '../fastify/index.ts';
import { serveHttp, type HttpServing } from './serve-http.ts';
import { createGate, createShop } from './shop.fixture.ts';

let serving: HttpServing;
beforeAll(async () => {
  serving = await serveHttp(createShop(), { port: 0, bodyLimit: 2000 });
});
afterAll(() => serving.close());

const json = { 'content-type': 'application/json' };
const post = (body: string, headers: Record<string, string> = json) =>
  fetch(`${serving.url}/mcp`, { method: 'POST', headers, body });
const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });

/** fetch() sets Host itself, so wrong ones are written by hand. */
async function statusFor(path: string, headers: string, port = serving.port): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(`GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
  return (await readText(socket)).split('\r\n', 1)[0] ?? '';
}

describe('POST /mcp', () => {
  it('answers one message with one JSON object', async () => {
    const response = await post(ping);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  it('takes a notification with 202 and no body', async () => {
    const response = await post(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
    expect([response.status, await response.text()]).toEqual([202, '']);
  });

  it('hands out a session, and knows no other', async () => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    const initialize = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const id = (await post(initialize)).headers.get('mcp-session-id') ?? '';
    expect(id).toMatch(/^[\x21-\x7e]+$/);
    expect((await post(ping, { ...json, 'mcp-session-id': id })).status).toBe(200);
    expect((await post(ping, { ...json, 'mcp-session-id': 'old' })).status).toBe(404);
  });

  it.each([
    ['{', 400, -32700],
    ['', 400, -32700],
    [`[${ping}]`, 400, -32600],
    ['"text"', 400, -32600],
  ])('refuses the body %j', async (body, status, code) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code } });
  });

  it('reads header and body of 2026 together', async () => {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'no/such', params: { _meta } });
    const headers = { ...json, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'no/such' };
    const unknown = await post(body, headers);
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { error: { code: -32601 } }]);
    const mismatch = await post(body, { ...headers, 'mcp-method': 'tools/list' });
    expect([mismatch.status, await mismatch.json()]).toMatchObject([400, { error: { code: -32020 } }]);
  });

  it('survives nesting deeper than its stack', async () => {
    const own = await serveHttp(createShop(), { port: 0 });
    const deep = '['.repeat(500_000) + ']'.repeat(500_000);
    // With the suspicious word the body is read by the walking parser, without it by the plain one.
    for (const word of ['plain', '__proto__']) {
      const params = `{"name":"greet","arguments":{"name":"${word}","more":${deep}}}`;
      const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;
      const response = await fetch(`${own.url}/mcp`, { method: 'POST', headers: json, body });
      expect(await response.json()).toMatchObject({ jsonrpc: '2.0' });
      expect(response.status).toBeLessThan(500);
    }
    expect((await fetch(`${own.url}/health`)).status).toBe(200);
    await own.close();
  });

  it('takes JSON only, and no more of it than the limit', async () => {
    expect((await post(ping, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(ping, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200);
    expect(
      (await post(JSON.stringify({ jsonrpc: '2.0', id: 'x'.repeat(2000), method: 'ping' }))).status,
    ).toBe(413);
  });

  it.each([
    ['GET', 'POST'],
    ['DELETE', 'POST'],
    ['PUT', 'POST, GET, DELETE'],
  ])('has no %s without a session', async (method, allow) => {
    const response = await fetch(`${serving.url}/mcp`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
  });
});

describe('around it', () => {
  it('names its paths to who is lost', async () => {
    const response = await fetch(serving.url);
    expect(response.status).toBe(404);
    expect(JSON.stringify(await response.json())).toMatch(/POST \/mcp.*GET \/mcp\/v1\/tools.*GET \/health/);
  });

  it('tells its health', async () => {
    expect(await (await fetch(`${serving.url}/health`)).json()).toEqual({
      status: 'healthy',
      version: '1.2.3',
    });
  });

  it('refuses other host names and pages, except to tell its health', async () => {
    const evil = 'Host: evil.example\r\n';
    expect(await statusFor('/mcp', evil)).toContain(' 403 ');
    expect(await statusFor('/mcp/v1/tools', evil)).toContain(' 403 ');
    expect(await statusFor('/mcp/v1/tools', 'Host: localhost\r\nOrigin: http://evil.example\r\n')).toContain(
      ' 403 ',
    );
    expect(await statusFor('/mcp/v1/tools', 'Host: localhost\r\nOrigin: http://localhost:1\r\n')).toContain(
      ' 200 ',
    );
    expect(await statusFor('/health', evil)).toContain(' 200 ');
  });
});

describe('bound to every address', () => {
  it('answers to every name, and to pages only if they are allowed', async () => {
    const origin = 'https://app.example.com';
    const own = await serveHttp(createShop(), { host: '0.0.0.0', port: 0, allowedOrigins: [origin] });
    const named = 'Host: mcp.example.com\r\n';
    expect(await statusFor('/mcp/v1/tools', named, own.port)).toContain(' 200 ');
    expect(await statusFor('/mcp/v1/tools', `${named}Origin: ${origin}\r\n`, own.port)).toContain(' 200 ');
    expect(
      await statusFor('/mcp/v1/tools', `${named}Origin: http://mcp.example.com\r\n`, own.port),
    ).toContain(' 403 ');
    await own.close();
  });
});

describe('mcpPlugin', () => {
  it('keeps to itself in an app of others', async () => {
    const app = fastify();
    app.post('/mine', async request => ({ got: request.body }));
    const guards = createGuards({ auth: createBearerAuth({ tokens: ['secret'] }) });
    await app.register(mcpPlugin, {
      server: createShop(),
      guards,
      paths: { mcp: '/v2', rest: false, health: false },
    });
    const host = { host: 'localhost' };
    const mine = await app.inject({
      method: 'POST',
      url: '/mine',
      headers: { host: 'evil.example' },
      payload: { a: 1 },
    });
    expect(mine.json()).toEqual({ got: { a: 1 } });
    const call = { method: 'POST', url: '/v2', payload: ping } as const;
    expect((await app.inject({ ...call, headers: { ...json, ...host } })).statusCode).toBe(401);
    const authorised = { ...json, ...host, authorization: 'Bearer secret' };
    expect((await app.inject({ ...call, headers: authorised })).json()).toMatchObject({ result: {} });
    for (const url of ['/health', '/mcp/v1/tools']) {
      expect((await app.inject({ url, headers: authorised })).statusCode).toBe(404);
    }
    await app.close();
  });
});

describe('a call in flight', () => {
  const gatedCall = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'gated' },
  });
  const open = async (drainMs?: number) => {
    const gate = createGate();
    const own = await serveHttp(createShop(gate), { port: 0, ...(drainMs !== undefined && { drainMs }) });
    const caller = new AbortController();
    const init = { method: 'POST', headers: json, body: gatedCall, signal: caller.signal };
    const answer = fetch(`${own.url}/mcp`, init).then(response => response.json());
    // Marked as handled: one test below makes it fail.
    answer.catch(() => {});
    return { gate, own, caller, answer, signal: await gate.begun.promise };
  };

  it('is told when its caller goes away', async () => {
    const { own, caller, signal, gate } = await open();
    const aborted = new Promise(resolve => signal.addEventListener('abort', resolve));
    caller.abort();
    await aborted;
    gate.open.resolve();
    await own.close();
    expect(signal.aborted).toBe(true);
  });

  it('is finished before the server closes, and new ones are not taken', async () => {
    const { own, answer, gate, signal } = await open();
    const closed = own.close();
    await expect(fetch(`${own.url}/health`)).rejects.toThrow('fetch failed');
    gate.open.resolve();
    expect(await answer).toMatchObject({ result: { content: [{ text: 'through' }] } });
    await closed;
    expect(signal.aborted).toBe(false);
  });

  it('is stopped, and answered, when it outlasts the drain', async () => {
    const { own, answer, signal } = await open(10);
    await own.close();
    expect(signal.aborted).toBe(true);
    expect(await answer).toMatchObject({ result: { isError: true } });
  });
});
