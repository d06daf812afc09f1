import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBearerAuth, createGuards } from '@tramontane/guards';
import { serveHttp, type HttpServing, type ServeHttpOptions } from './serve-http.ts';
import { createGate, type Gate } from './shop.fixture.ts';
import { createTalker, nextEvent, readEvents } from './talker.fixture.ts';
import type { McpServer } from '../server.ts';

let gate: Gate;
let server: McpServer;
let serving: HttpServing;

async function open(options: Partial<ServeHttpOptions> = {}): Promise<void> {
  await serving?.close();
  gate = createGate();
  server = createTalker(gate);
  serving = await serveHttp(server, { port: 0, drainMs: 100, ...options });
}
beforeEach(() => open());
afterEach(() => serving.close());

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

function request(
  method: string,
  path: { body?: object; headers?: Record<string, string>; signal?: AbortSignal } = {},
) {
  const { body, headers = {}, signal } = path;
  return fetch(`${serving.url}/mcp`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify({ jsonrpc: '2.0', ...body }) }),
    ...(signal && { signal }),
  });
}

const modern = (method: string, params: object, signal?: AbortSignal): Promise<Response> => {
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method };
  const { name, _meta = {} } = params as { name?: string; _meta?: object };
  return request('POST', {
    body: { id: 1, method, params: { ...params, _meta: { ...envelope, ..._meta } } },
    headers: { ...headers, ...(name !== undefined && { 'mcp-name': name }) },
    ...(signal && { signal }),
  });
};

async function openSession(headers: Record<string, string> = {}, protocolVersion = '2025-11-25') {
  const params = {
    protocolVersion,
    capabilities: { elicitation: {} },
    clientInfo: { name: 'c', version: '1' },
  };
  const response = await request('POST', { body: { id: 0, method: 'initialize', params }, headers });
  const id = response.headers.get('mcp-session-id') ?? '';
  const own = { ...headers, 'mcp-session-id': id, 'mcp-protocol-version': protocolVersion };
  return {
    id,
    post: (body: object, signal?: AbortSignal) =>
      request('POST', { body, headers: own, ...(signal && { signal }) }),
    call: (name: string, signal?: AbortSignal) => {
      const body = { id: 7, method: 'tools/call', params: { name, _meta: { progressToken: 't' } } };
      return request('POST', { body, headers: own, ...(signal && { signal }) });
    },
    get: (more: Record<string, string> = {}) => request('GET', { headers: { ...own, ...more } }),
    end: () => request('DELETE', { headers: own }),
  };
}

describe('a request of 2026-07-28', () => {
  it('is answered plainly, or on a stream that nothing holds back', async () => {
    const plain = await modern('tools/call', { name: 'plain' });
    expect(plain.headers.get('content-type')).toBe('application/json');
    expect(plain.headers.has('mcp-session-id')).toBe(false);
    const streamed = await modern('tools/call', { name: 'progress', _meta: { progressToken: 't' } });
    expect(Object.fromEntries(streamed.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': expect.stringContaining('no-cache'),
      'x-accel-buffering': 'no',
    });
    const events = readEvents(streamed);
    expect((await nextEvent(events))?.data).toContain('"progress":1');
    gate.open.resolve();
    expect((await nextEvent(events))?.data).toContain('"progress":2');
    const last = await nextEvent(events);
    expect(JSON.parse(last?.data ?? '')).toMatchObject({ id: 1, result: { resultType: 'complete' } });
    expect(last?.id).toBeUndefined();
    expect(await nextEvent(events)).toBeUndefined();
  });

  it('is cancelled by closing its stream', async () => {
    const caller = new AbortController();
    const streamed = await modern(
      'tools/call',
      { name: 'progress', _meta: { progressToken: 't' } },
      caller.signal,
    );
    await nextEvent(readEvents(streamed));
    const signal = await gate.begun.promise;
    const aborted = new Promise(resolve => signal.addEventListener('abort', resolve));
    caller.abort();
    await aborted;
    expect(signal.aborted).toBe(true);
  });

  it('listens until the server closes, and is told so', async () => {
    const response = await modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const events = readEvents(response);
    expect((await nextEvent(events))?.data).toContain('acknowledged');
    server.notify.toolsChanged();
    expect((await nextEvent(events))?.data).toContain('notifications/tools/list_changed');
    const closed = serving.close();
    expect(JSON.parse((await nextEvent(events))?.data ?? '')).toMatchObject({
      id: 1,
      result: { resultType: 'complete' },
    });
    await closed;
  });

  it('takes no notice of a session', async () => {
    const { id } = await openSession();
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
    const body = { id: 1, method: 'tools/list', params: { _meta: envelope } };
    for (const session of [id, 'old']) {
      expect(
        (await request('POST', { body, headers: { ...headers, 'mcp-session-id': session } })).status,
      ).toBe(200);
    }
  });
});

describe('a session', () => {
  it('ends with DELETE, and is then unknown', async () => {
    const { post, end, get } = await openSession();
    expect((await post({ method: 'notifications/initialized' })).status).toBe(202);
    expect((await post({ id: 1, method: 'ping' })).status).toBe(200);
    expect((await end()).status).toBe(204);
    for (const gone of [await post({ id: 1, method: 'ping' }), await get(), await end()]) {
      expect(gone.status).toBe(404);
    }
  });

  it('is not opened by what is no initialize', async () => {
    const params = { protocolVersion: 7 };
    const response = await request('POST', { body: { id: 1, method: 'initialize', params } });
    expect(response.headers.has('mcp-session-id')).toBe(false);
    expect(await response.json()).toMatchObject({ error: { code: -32602 } });
  });

  it('refuses a version nobody speaks', async () => {
    const { id } = await openSession();
    const headers = { 'mcp-session-id': id, 'mcp-protocol-version': '1999-01-01' };
    expect((await request('POST', { body: { id: 1, method: 'ping' }, headers })).status).toBe(400);
  });

  it('belongs to who opened it', async () => {
    await open({ guards: createGuards({ auth: createBearerAuth({ tokens: ['ada', 'bob'] }) }) });
    const { id } = await openSession({ authorization: 'Bearer ada' });
    const ping = { id: 1, method: 'ping' };
    for (const [token, status] of [
      ['ada', 200],
      ['bob', 404],
    ] as const) {
      const headers = { authorization: `Bearer ${token}`, 'mcp-session-id': id };
      expect((await request('POST', { body: ping, headers })).status).toBe(status);
    }
  });

  it('makes room for a new one when it is the quietest', async () => {
    await open({ sessions: { maxSessions: 2 } });
    const [first, second] = [await openSession(), await openSession()];
    await first.post({ id: 1, method: 'ping' });
    const third = await openSession();
    const statuses = [];
    for (const { post } of [first, second, third])
      statuses.push((await post({ id: 1, method: 'ping' })).status);
    expect(statuses).toEqual([200, 404, 200]);
  });

  it('finds no room while all the others work', async () => {
    await open({ sessions: { maxSessions: 1 } });
    const { call } = await openSession();
    const response = await call('progress');
    const params = { protocolVersion: '2025-11-25', capabilities: {} };
    expect((await request('POST', { body: { id: 0, method: 'initialize', params } })).status).toBe(503);
    gate.open.resolve();
    await response.text();
  });

  it('ends when it is quiet for too long, unless its client listens and answers', async () => {
    await open({ sessions: { idleMs: 1 } });
    const [quiet, listening] = [await openSession(), await openSession()];
    const events = readEvents(await listening.get());
    await nextEvent(events);
    const sweep = async (): Promise<void> => {
      while (performance.now() < before + 5) await new Promise(setImmediate);
      await openSession();
    };
    const before = performance.now();
    await sweep();
    const ping = JSON.parse((await nextEvent(events))?.data ?? '') as { id: number; method: string };
    expect(ping.method).toBe('ping');
    await listening.post({ id: ping.id, result: {} });
    expect((await quiet.post({ id: 1, method: 'ping' })).status).toBe(404);
    expect((await listening.post({ id: 1, method: 'ping' })).status).toBe(200);
  });

  it('may be left out', async () => {
    await open({ sessions: false });
    expect((await openSession()).id).toBe('');
    expect((await request('GET')).status).toBe(405);
  });
});

describe('a request in a session', () => {
  it('outlives its connection, and is answered when the client comes back', async () => {
    const caller = new AbortController();
    const { call, get } = await openSession();
    const events = readEvents(await call('progress', caller.signal));
    const primed = await nextEvent(events);
    expect(primed).toMatchObject({ data: '', retry: expect.any(String) });
    const first = await nextEvent(events);
    const signal = await gate.begun.promise;
    caller.abort();
    gate.open.resolve();
    const resumed = readEvents(await get({ 'last-event-id': first?.id ?? '' }));
    await nextEvent(resumed);
    expect((await nextEvent(resumed))?.data).toContain('"progress":2');
    const last = await nextEvent(resumed);
    expect(last?.data).toContain('through');
    expect(await nextEvent(resumed)).toBeUndefined();
    expect(signal.aborted).toBe(false);
    // The same again, from the beginning: nothing is lost by asking twice.
    const again = await (await get({ 'last-event-id': primed?.id ?? '' })).text();
    expect(again.match(/"progress"/g)).toHaveLength(2);
    expect((await get({ 'last-event-id': 's99.1' })).status).toBe(400);
    expect((await get({ 'last-event-id': 'nonsense' })).status).toBe(400);
  });

  it('may end its connection itself', async () => {
    const { call, get } = await openSession();
    const events = readEvents(await call('leaves'));
    const primed = await nextEvent(events);
    expect(await nextEvent(events)).toBeUndefined();
    gate.open.resolve();
    const resumed = readEvents(await get({ 'last-event-id': primed?.id ?? '' }));
    await nextEvent(resumed);
    expect((await nextEvent(resumed))?.data).toContain('through');
  });

  it('begins without an empty event for older clients', async () => {
    const { call } = await openSession({}, '2025-06-18');
    gate.open.resolve();
    const events = readEvents(await call('progress'));
    expect((await nextEvent(events))?.data).toContain('"progress":1');
  });

  it('asks on its own stream, and takes the answer from another request', async () => {
    const { call, post } = await openSession();
    const events = readEvents(await call('elicits'));
    await nextEvent(events);
    const asked = JSON.parse((await nextEvent(events))?.data ?? '') as { id: number; method: string };
    expect(asked.method).toBe('elicitation/create');
    const stranger = await openSession();
    const answer = (name: string) => ({ id: asked.id, result: { action: 'accept', content: { name } } });
    expect((await stranger.post(answer('Eve'))).status).toBe(202);
    expect((await post(answer('Ada'))).status).toBe(202);
    expect((await nextEvent(events))?.data).toContain('Ada');
  });

  it('is cancelled by a notification', async () => {
    const { call, post } = await openSession();
    const response = await call('progress');
    const signal = await gate.begun.promise;
    await post({ method: 'notifications/cancelled', params: { requestId: 7 } });
    expect(signal.aborted).toBe(true);
    expect(await response.text()).not.toContain('"result"');
  });

  it('ends with its session', async () => {
    const { call, end } = await openSession();
    await call('progress');
    const signal = await gate.begun.promise;
    await end();
    expect(signal.aborted).toBe(true);
  });
});

describe('the stream of events', () => {
  it('brings what belongs to no request, also what came before it was there', async () => {
    const { get, post } = await openSession();
    await post({ id: 1, method: 'resources/subscribe', params: { uri: 'docs://a' } });
    server.notify.resourceUpdated('docs://a');
    const events = readEvents(await get());
    await nextEvent(events);
    expect((await nextEvent(events))?.data).toContain('notifications/resources/updated');
    server.notify.toolsChanged();
    const last = await nextEvent(events);
    expect(last?.data).toContain('list_changed');
    // A second one takes over; the first ends.
    const second = readEvents(await get({ 'last-event-id': last?.id ?? '' }));
    await nextEvent(second);
    expect(await nextEvent(events)).toBeUndefined();
    server.notify.promptsChanged();
    expect((await nextEvent(second))?.data).toContain('prompts/list_changed');
    await serving.close();
    expect(await nextEvent(second)).toBeUndefined();
  });
});
