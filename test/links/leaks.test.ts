import { queryObjects } from 'node:v8';
import { openEgress, parseAllowList } from '@tramontane/egress';
import { type RemoteTarget, openConnections } from '@tramontane/mcp-client';
import { expect, onTestFinished, test } from 'vitest';
import { ChannelTransport } from '../../packages/mcp-client/src/transports/channel-transport.ts';
import { HttpTransport } from '../../packages/mcp-client/src/transports/http-transport.ts';
import { openAnsweringKit, openAnsweringSessions } from './open-answering.ts';
import { openSwitch } from './open-switch.ts';

interface Losing {
  readonly url: string;
  /** Ends what the client has, without a word. */
  lose(): Promise<void>;
  readonly sessions: () => number;
}

async function openSessions(): Promise<Losing> {
  const { url, sessions, loseSessions } = await openAnsweringSessions();
  return { url, lose: async () => loseSessions(), sessions };
}

async function openKit(kind: 'sse' | 'websocket'): Promise<Losing> {
  const { port, urlAt, sessions } = await openAnsweringKit(kind);
  const between = await openSwitch(port);
  onTestFinished(() => between.close());
  return {
    url: urlAt(between.port),
    async lose() {
      await between.cut();
      between.mend();
    },
    sessions,
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
