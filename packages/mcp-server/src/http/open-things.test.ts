import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { createGuards } from '@tramontane/guards';
import { createMetrics } from '@tramontane/guards/metrics';
import { WebSocket } from 'ws';
import { mountWebSocket } from '../websocket/mount-websocket.ts';
import { serveHttp } from './serve-http.ts';
import { createShop } from './shop.fixture.ts';

it('sessions, streams and connections are counted while they are open', async () => {
  const metrics = createMetrics({ process: false });
  const guards = createGuards({ metrics });
  const server = createShop();
  const serving = await serveHttp(server, {
    port: 0,
    guards,
    paths: { sse: '/sse' },
    upgrade: http => mountWebSocket(http, server, { guards }),
  });
  onTestFinished(() => serving.close());
  const open = async (): Promise<Record<string, number>> => {
    const lines = (await metrics.text()).matchAll(/^mcp_(\w+_open(?:\{.*\})?) (\d+)$/gm);
    return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value)]));
  };
  const until = async (wanted: object): Promise<void> => {
    // What the other side closed is noticed here a moment later.
    await expect.poll(open, { interval: 5, timeout: 10_000 }).toMatchObject(wanted);
  };
  const connect = async (path: string, headers: Record<string, string> = {}) => {
    const sent = request(`${serving.url}${path}`, { agent: false, headers });
    sent.on('error', () => {});
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(response.headers['content-type']).toBe('text/event-stream');
    return sent;
  };

  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
  };
  const opened = await fetch(`${serving.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      connection: 'close',
    },
    body: JSON.stringify(initialize),
  });
  await opened.text();
  await until({ sessions_open: 1, streams_open: 0, 'connections_open{transport="http"}': 0 });

  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  const stream = await connect('/mcp', session);
  const old = await connect('/sse');
  await until({ sessions_open: 2, streams_open: 2, 'connections_open{transport="http"}': 2 });

  const socket = new WebSocket(`${serving.url.replace('http', 'ws')}/mcp`, ['mcp']);
  await once(socket, 'open');
  await until({ 'connections_open{transport="websocket"}': 1 });
  socket.close();
  old.destroy();
  stream.destroy();
  await until({ sessions_open: 1, streams_open: 0, 'connections_open{transport="websocket"}': 0 });

  await fetch(`${serving.url}/mcp`, { method: 'DELETE', headers: { ...session, connection: 'close' } });
  await until({ sessions_open: 0, streams_open: 0, 'connections_open{transport="http"}': 0 });
});
