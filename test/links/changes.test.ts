import { type Egress, openEgress, parseAllowList } from '@tramontane/egress';
import { createMcpServer, defineTool, serveHttp } from '@tramontane/mcp-server';
import { mountWebSocket } from '@tramontane/mcp-server/websocket';
import {
  type PlainTool,
  type ToolServer,
  openSdkV1Server,
  openSdkV2Server,
} from '@tramontane/testkit/tool-servers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type Connections,
  type ConnectionsOptions,
  type RemoteTarget,
  type ServerHealth,
  openConnections,
} from '@tramontane/mcp-client';
import { type Switch, openSwitch } from './open-switch.ts';

// What happens behind one address: streams break, servers fall silent, another one of another era takes the place.

let egress: Egress;
beforeAll(() => {
  egress = openEgress({ allow: parseAllowList('loopback') });
});
afterAll(() => egress.close());
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const tool = (name: string): PlainTool => ({ name, inputSchema: {}, handler: () => `answer of ${name}` });
const portOf = ({ url }: Pick<ToolServer, 'url'>): number => Number(new URL(url).port);
const { signal } = new AbortController();

async function opened<T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> {
  const open = await opening;
  closers.push(() => open.close());
  return open;
}

function connect(options: Partial<ConnectionsOptions> = {}): Connections {
  const connections = openConnections({ egress, ...options });
  closers.push(() => connections.close());
  return connections;
}

const targetAt = ({ port }: Switch, scheme = 'http'): RemoteTarget => ({
  scope: { workspace: 'w', connector: 'c', credential: 'd' },
  url: `${scheme}://127.0.0.1:${port}/mcp`,
  auth: { type: 'none' },
  timeoutMs: 10_000,
});

describe.each([
  ['2025', () => openSdkV1Server({ tools: [tool('a')] })],
  ['2026', () => openSdkV2Server({ tools: [tool('a')], listTtlMs: 3_600_000, eras: 'modern' })],
] as const)('the stream on which a server of %s tells its news', (_era, openServer) => {
  test('is opened again when it breaks, and what happened meanwhile is heard of', async () => {
    const server = await opened<ToolServer>(openServer());
    const between = await opened(openSwitch(portOf(server)));
    const connections = connect();
    const names = async (): Promise<string[]> =>
      (await connections.listTools(targetAt(between), { signal })).tools.map(({ name }) => name);
    const hears = async (name: string): Promise<void> => {
      const heard = async (): Promise<string[]> => {
        server.setTools([tool(name)]);
        return names();
      };
      await expect.poll(heard).toEqual([name]);
    };
    await names();
    // Until the stream is there, nothing could break.
    await hears('b');
    // News that are still on their way would make the list be read again by themselves.
    const asksNothing = async (): Promise<boolean> => {
      const before = server.requests.length;
      await names();
      return server.requests.length === before;
    };
    await expect.poll(asksNothing).toBe(true);
    await between.cut();
    // Nobody hears of it.
    server.setTools([tool('c')]);
    between.mend();
    await expect.poll(names, { timeout: 15_000 }).toEqual(['c']);
    await hears('d');
    expect(connections.health(targetAt(between).scope)[0]).toMatchObject({ connects: 1, state: 'ready' });
  }, 60_000);
});

describe('the era of a server', () => {
  const old = () => openSdkV1Server({ tools: [tool('old')] });
  const modern = () => openSdkV2Server({ tools: [tool('new')], eras: 'modern' });
  const both = () => openSdkV2Server({ tools: [tool('both')], name: 'both' });

  test.each([
    ['2025', '2026', old, 'mcp-2025', modern, 'mcp-2026'],
    ['2026', '2025', modern, 'mcp-2026', old, 'mcp-2025'],
    // It answers the old handshake for ever, so that its other name is what gives it away.
    ['2025', 'both', old, 'mcp-2025', both, 'mcp-2026'],
  ] as const)(
    'is found out again when one of %s makes way for one of %s',
    async (...row) => {
      const [, , openFirst, first, openSecond, second] = row;
      const before = await opened<ToolServer>(openFirst());
      const after = await opened<ToolServer>(openSecond());
      const between = await opened(openSwitch(portOf(before)));
      const connections = connect({ idleMs: 50 });
      const list = () => connections.listTools(targetAt(between), { signal, refresh: true });
      expect((await list()).dialect).toBe(first);
      between.to(portOf(after));
      const dialect = async () => (await list().catch(() => undefined))?.dialect;
      await expect.poll(dialect, { interval: 200, timeout: 15_000 }).toBe(second);
      const name = second === 'mcp-2025' ? 'old' : openSecond === both ? 'both' : 'new';
      const call = { name, arguments: {}, idempotencyKey: 'k', signal };
      expect((await connections.callTool(targetAt(between), call)).content).toEqual([
        { type: 'text', text: `answer of ${name}` },
      ]);
    },
    60_000,
  );
});

test('a WebSocket whose other end fell silent is noticed without a call, and the next call works', async () => {
  const server = createMcpServer({
    name: 'quiet',
    version: '1.0.0',
    design: false,
    tools: [
      defineTool({ name: 'a', description: 'Answers.', input: z.object({}), handler: () => 'answer of a' }),
    ],
  });
  const serving = await opened(
    serveHttp(server, { port: 0, drainMs: 100, upgrade: servers => mountWebSocket(servers, server) }),
  );
  const between = await opened(openSwitch(serving.port));
  const states: ServerHealth[] = [];
  const connections = connect({ keepAliveMs: 300, onHealth: health => void states.push(health) });
  const target = targetAt(between, 'ws');
  const call = { name: 'a', arguments: {}, idempotencyKey: 'k', signal };
  await connections.callTool(target, call);
  between.freeze();
  const said = (): string => JSON.stringify(states);
  await expect.poll(said, { timeout: 15_000 }).toContain('gave no sign of life');
  between.thaw();
  expect((await connections.callTool(target, call)).content).toEqual([{ type: 'text', text: 'answer of a' }]);
}, 60_000);
