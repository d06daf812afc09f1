import { once } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createBearerAuth, createGuards, type CallOutcome, type Guard } from '@tramontane/guards';
import { toFetchHandler } from '../fetch/to-fetch-handler.ts';
import { mountWebSocket } from '../websocket/mount-websocket.ts';
import { serveHttp } from './serve-http.ts';
import { createShop } from './shop.fixture.ts';

const seen: unknown[] = [];
beforeEach(() => void seen.splice(0));

/** Writes down what goes by, and refuses the tool `broken`. */
const watching: Guard = {
  leave: ({ path, refusal, caller }, status) =>
    void seen.push(['leave', path, status, refusal?.by ?? caller?.subject]),
  call: async (call, next) => {
    seen.push(['call', call.name, call.tool?.name, call.args, call.caller?.subject, call.address]);
    if (call.name === 'broken') {
      const meta = { 'io.tramontane/retry-after': 7 };
      return { kind: 'failed', failure: 'refused', message: 'Come back later.', meta };
    }
    const outcome: CallOutcome = await next();
    seen.push([call.name, outcome.kind === 'result' ? (outcome.result.isError ?? false) : outcome.kind]);
    return outcome;
  },
  routes: [
    {
      path: '/seen',
      open: false,
      answer: ({ caller }) => ({ status: 200, headers: {}, body: `${caller?.subject}` }),
    },
  ],
};
const guards = createGuards({
  auth: createBearerAuth({ tokens: [{ token: 't', name: 'ada' }] }),
  log: watching,
});
const headers = { 'content-type': 'application/json', authorization: 'Bearer t' };
const toCall = (name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
});

async function open() {
  const server = createShop();
  const serving = await serveHttp(server, {
    port: 0,
    guards,
    upgrade: http => mountWebSocket(http, server, { guards }),
  });
  onTestFinished(() => serving.close());
  const post = async (path: string, body: object, more: object = {}) =>
    fetch(`${serving.url}${path}`, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    });
  return { serving, post };
}

describe('guards of a mount', () => {
  it('see a call over JSON-RPC, whom it is from, and its answer', async () => {
    const { post } = await open();
    expect(await (await post('/mcp', toCall('add', { a: 1, b: 2 }))).json()).toMatchObject({ result: {} });
    expect(seen).toEqual([
      ['call', 'add', 'add', { a: 1, b: 2 }, 'ada', '127.0.0.1'],
      ['add', false],
      ['leave', '/mcp', 200, 'ada'],
    ]);
  });

  it('see what is wrong with a call, and a tool that is not there', async () => {
    const { post } = await open();
    await post('/mcp', toCall('add', { a: 'one' }));
    await post('/mcp', toCall('nothing'));
    expect(seen).toContainEqual(['add', 'failed']);
    expect(seen).toContainEqual(['call', 'nothing', undefined, {}, 'ada', '127.0.0.1']);
  });

  it('refuse a call in words for the model, and figures for programs', async () => {
    const { post } = await open();
    const content = [{ type: 'text', text: 'Come back later.' }];
    expect(await (await post('/mcp', toCall('broken'))).json()).toMatchObject({
      result: { isError: true, content, _meta: { 'io.tramontane/retry-after': 7 } },
    });
    const rest = await post('/mcp/v1/tools/invoke', { name: 'broken', arguments: {} });
    expect(await rest.json()).toEqual({ success: false, result: null, error: 'Come back later.' });
  });

  it('hear of what was refused before its body was read, by whomever', async () => {
    const { post } = await open();
    await post('/mcp', {}, { authorization: 'Bearer x' });
    await post('/mcp', {}, { origin: 'https://evil.example' });
    expect(seen).toEqual([
      ['leave', '/mcp', 401, 'auth'],
      ['leave', '/mcp', 403, 'origin'],
    ]);
  });

  it('answer at paths of their own, to whom they let in', async () => {
    const { serving } = await open();
    expect(await (await fetch(`${serving.url}/seen`, { headers })).text()).toBe('ada');
    expect((await fetch(`${serving.url}/seen`)).status).toBe(401);
  });

  it('see calls over WebSocket with the caller of the upgrade', async () => {
    const { serving } = await open();
    const url = `${serving.url.replace('http', 'ws')}/mcp`;
    const socket = new WebSocket(url, ['mcp'], { headers: { authorization: 'Bearer t' } });
    await once(socket, 'open');
    socket.send(JSON.stringify(toCall('add', { a: 1, b: 2 })));
    await once(socket, 'message');
    expect(seen).toEqual([
      ['leave', '/mcp', 101, 'ada'],
      ['call', 'add', 'add', { a: 1, b: 2 }, 'ada', '127.0.0.1'],
      ['add', false],
    ]);
  });

  it('are the same behind the Fetch API', async () => {
    const handler = toFetchHandler(createShop(), { guards });
    const body = JSON.stringify(toCall('add', { a: 1, b: 2 }));
    await handler(new Request('http://localhost/mcp', { method: 'POST', headers, body }));
    expect(seen).toContainEqual(['call', 'add', 'add', { a: 1, b: 2 }, 'ada', undefined]);
  });
});
