import { openEgress, parseAllowList } from '@tramontane/egress';
import { createMcpServer, defineTool, serveHttp } from '@tramontane/mcp-server';
import { mountWebSocket } from '@tramontane/mcp-server/websocket';
import { type ServerTarget, openConnections } from '@tramontane/mcp-client';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';

// A call that its caller takes back: the server is told over every transport, and the caller that it may have run. (Over
// HTTP of both eras: packages/mcp-client/src/connections.test.ts.)

let events: string[];
beforeEach(() => {
  events = [];
});
const scope = { workspace: 'w', connector: 'c', credential: 'none' };

async function openKit(kind: 'sse' | 'websocket'): Promise<ServerTarget> {
  const hold = defineTool({
    name: 'hold',
    description: 'Holds on until it is told to stop.',
    input: z.object({}),
    handler: async (_input, { signal }) => {
      events.push('started');
      await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
      events.push('told');
      return 'too late';
    },
  });
  const server = createMcpServer({ name: 'holding', version: '1.0.0', design: false, tools: [hold] });
  const serving = await serveHttp(server, {
    port: 0,
    drainMs: 100,
    paths: { sse: '/sse' },
    upgrade: servers => mountWebSocket(servers, server, { drainMs: 100 }),
  });
  onTestFinished(() => serving.close());
  const url = kind === 'sse' ? `${serving.url}/sse` : `${serving.url.replace('http', 'ws')}/mcp`;
  return { scope, timeoutMs: 20_000, url, auth: { type: 'none' } };
}

function openProgram(): ServerTarget {
  const program = new URL('odd-program.ts', import.meta.url).pathname;
  return {
    scope,
    timeoutMs: 20_000,
    name: 'stdio:patient',
    process: { command: process.execPath, args: [program, 'patient'] },
  };
}

test.each([
  ['HTTP+SSE', () => openKit('sse')],
  ['WebSocket', () => openKit('websocket')],
  ['standard input and output', async () => openProgram()],
] as const)(
  'over %s',
  async (_name, openServer) => {
    const target = await openServer();
    const egress = openEgress({ allow: parseAllowList('loopback') });
    const connections = openConnections({
      egress,
      environment: process.env,
      onStderr: (_server, line) => void events.push(line),
    });
    onTestFinished(async () => {
      await connections.close();
      await egress.close();
    });
    const caller = new AbortController();
    const call = { name: 'hold', arguments: {}, idempotencyKey: 'k', signal: caller.signal };
    const outcome = connections.callTool(target, call).catch((error: unknown) => error);
    await expect.poll(() => events, { timeout: 20_000 }).toEqual(['started']);
    caller.abort();
    expect(await outcome).toMatchObject({ code: 'cancelled', mayHaveRun: true });
    await expect.poll(() => events, { timeout: 20_000 }).toEqual(['started', 'told']);
    // The connection itself is as good as before.
    expect(connections.health(scope)[0]).toMatchObject({ state: 'ready', connects: 1, failures: 0 });
  },
  60_000,
);
