import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { defineTool } from '../definition/define-tool.ts';
import { createMcpServer } from '../server.ts';
import { mountWebSocket } from './mount-websocket.ts';

const LARGE = 'x'.repeat(12 * 1024 * 1024);
const input = { type: 'object' };

it('a connection whose client does not read is closed, and its calls are aborted', async () => {
  const aborted = Promise.withResolvers<boolean>();
  const large = defineTool({ name: 'large', description: 'Says much.', input, handler: () => LARGE });
  const waits = defineTool({
    name: 'waits',
    description: 'Waits.',
    input,
    handler: async (_args, { signal }) => {
      await once(signal, 'abort');
      aborted.resolve(signal.aborted);
      return 'aborted';
    },
  });
  const server = createMcpServer({ name: 's', version: '1', design: false, tools: [large, waits] });
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const mount = mountWebSocket(http, server, { drainMs: 0 });
  const socket = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`, ['mcp']);
  await once(socket, 'open');
  socket.pause();
  for (const [id, name] of ['waits', 'large', 'large', 'large'].entries()) {
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } }));
  }
  expect(await aborted.promise).toBe(true);
  const closed = once(socket, 'close');
  socket.terminate();
  await closed;
  await mount.close();
  http.close();
});
