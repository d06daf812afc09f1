import { queryObjects } from 'node:v8';
import { openEgress, parseAllowList } from '@tramontane/egress';
import { createMcpServer, defineTool, serveHttp } from '@tramontane/mcp-server';
import { mountWebSocket } from '@tramontane/mcp-server/websocket';
import { type RemoteTarget, openConnections } from '@tramontane/mcp-client';
import { openSdkV1Server } from '@tramontane/testkit/tool-servers';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ChannelTransport } from '../../packages/mcp-client/src/transports/channel-transport.ts';
import { HttpTransport } from '../../packages/mcp-client/src/transports/http-transport.ts';
import { createOpenCount } from './count-open.ts';
import { openSwitch } from './open-switch.ts';

interface Losing {
  readonly url: string;
  /** Ends what the client has, without a word. */
  lose(): Promise<void>;
  readonly sessions: () => number;
}

async function openSessions(): Promise<Losing> {
  const server = await openSdkV1Server({
    tools: [{ name: 'answer', inputSchema: {}, handler: () => 'it is here' }],
  });
  onTestFinished(() => server.close());
  return {
    url: server.url,
    lose: async () => server.loseSessions(),
    sessions: () => server.sessionCount,
  };
}

async function openKit(kind: 'sse' | 'websocket'): Promise<Losing> {
  const answer = defineTool({
    name: 'answer',
    description: 'Answers.',
    input: z.object({}),
    handler: () => 'it is here',
  });
  const server = createMcpServer({ name: 'losing', version: '1.0.0', design: false, tools: [answer] });
  const open = createOpenCount();
  const serving = await serveHttp(server, {
    port: 0,
    drainMs: 100,
    paths: { sse: '/sse' },
    upgrade(servers) {
      open.watch(servers);
      return mountWebSocket(servers, server, { drainMs: 100 });
    },
  });
  onTestFinished(() => serving.close());
  const between = await openSwitch(serving.port);
  onTestFinished(() => between.close());
  const path = kind === 'sse' ? 'http://127.0.0.1:%/sse' : 'ws://127.0.0.1:%/mcp';
  return {
    url: path.replace('%', String(between.port)),
    async lose() {
      await between.cut();
      between.mend();
    },
    sessions: () => open.count,
  };
}

test.each([
  ['HTTP of 2025', openSessions],
  ['HTTP+SSE', () => openKit('sse')],
  ['WebSocket', () => openKit('websocket')],
] as const)(
  'of connections over %s that were lost nothing stays, here or there',
  async (_name, openServer) => {
    const server = await openServer();
    const egress = openEgress({ allow: parseAllowList('loopback') });
    const connections = openConnections({ egress });
    onTestFinished(async () => {
      await connections.close();
      await egress.close();
    });
    const target: RemoteTarget = {
      scope: { workspace: 'w', connector: 'c', credential: 'none' },
      url: server.url,
      auth: { type: 'none' },
      timeoutMs: 10_000,
    };
    const call = async () => {
      const signal = AbortSignal.timeout(20_000);
      const asked = { name: 'answer', arguments: {}, idempotencyKey: 'k', signal };
      return (await connections.callTool(target, asked)).isError;
    };
    // Counted after a collection of what nobody holds.
    const transports = (): number =>
      Number(queryObjects(ChannelTransport)) + Number(queryObjects(HttpTransport));
    const before = transports();
    for (let round = 0; round < 6; round += 1) {
      expect(await call()).toBe(false);
      await server.lose();
      // The client sees the loss by itself or by the next call, which then may have run.
      await call().catch(() => undefined);
    }
    expect(await call()).toBe(false);
    await expect.poll(server.sessions).toBe(1);
    await expect.poll(() => transports() - before, { timeout: 10_000 }).toBe(1);
    expect(connections.health(target.scope)[0]?.connects).toBeGreaterThan(5);
  },
  60_000,
);
