import { setTimeout as wait } from 'node:timers/promises';
import { type Egress, openEgress, parseAllowList } from '@tramontane/egress';
import { createMcpServer, defineTool, serveHttp } from '@tramontane/mcp-server';
import { openHttpListener, openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Connections, type RemoteTarget, openConnections } from '@tramontane/mcp-client';

let egress: Egress;
let connections: Connections;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(() => {
  egress = openEgress({ allow: parseAllowList('loopback') });
});
afterAll(() => egress.close());
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const signal = new AbortController().signal;
const greet = { name: 'greet', inputSchema: {}, handler: () => 'hello' };
const targetOf = (url: string, connector = 'c', more: Partial<RemoteTarget> = {}): RemoteTarget => ({
  scope: { workspace: 'w', connector, credential: 'd' },
  url,
  auth: { type: 'none' },
  timeoutMs: 10_000,
  ...more,
});

function open(now?: () => number): Connections {
  connections = openConnections({ egress, ...(now && { now }) });
  closers.push(() => connections.close());
  return connections;
}

test('a list whose server is gone stays in use, marked, and the reason is to be seen', async () => {
  const server = await openSdkV2Server({ tools: [greet], listTtlMs: 1 });
  const target = targetOf(server.url);
  const fresh = await open().listTools(target, { signal });
  expect(fresh.stale).toBeUndefined();
  await server.close();
  // The first request may meet the end of a connection, which says nothing of the server; the next one does.
  const codeOf = async () => (await connections.listTools(target, { signal })).stale?.code;
  await expect.poll(codeOf).toBe('unreachable');
  expect((await connections.listTools(target, { signal })).tools.map(({ name }) => name)).toEqual(['greet']);
  const [health] = connections.health(target.scope);
  expect(health).toMatchObject({ state: 'waiting', tools: { count: 1, stale: true } });
  expect(health?.lastError?.message).toContain('cannot be reached');
  // Whoever insists on a new list is told that there is none.
  await expect(connections.listTools(target, { signal, refresh: true })).rejects.toMatchObject({
    code: 'unreachable',
  });
});

test('one dead server of ten leaves the nine others untouched', async () => {
  const servers = await Promise.all(Array.from({ length: 9 }, () => openSdkV2Server({ tools: [greet] })));
  closers.push(() => Promise.all(servers.map(server => server.close())));
  const silent = await openHttpListener(() => undefined);
  closers.push(() => silent.close());
  open();
  const dead = connections
    .listTools(targetOf(silent.origin, 'dead', { connectMs: 200 }), { signal })
    .catch((error: unknown) => error);
  const lists = await Promise.all(
    servers.map((server, index) => connections.listTools(targetOf(server.url, `c${index}`), { signal })),
  );
  expect(lists.map(({ tools }) => tools.length)).toEqual(Array(9).fill(1));
  expect(await dead).toMatchObject({ code: 'timed_out' });
});

test('progress keeps a call alive beyond its idle limit, up to the total one', async () => {
  const server = createMcpServer({
    name: 'busy',
    version: '1.0.0',
    design: false,
    tools: [
      defineTool({
        name: 'work',
        description: 'Works for a while and tells so.',
        input: z.object({ steps: z.number() }),
        handler: async ({ steps }, context) => {
          for (let step = 1; step <= steps && !context.signal.aborted; step += 1) {
            await wait(100);
            context.progress(step, steps);
          }
          return 'done';
        },
      }),
    ],
  });
  const serving = await serveHttp(server, { port: 0, drainMs: 100 });
  closers.push(() => serving.close());
  const reports: number[] = [];
  const call = {
    name: 'work',
    arguments: { steps: 12 },
    idempotencyKey: 'k',
    signal,
    onProgress: ({ progress }: { progress: number }) => void reports.push(progress),
  };
  const target = targetOf(`${serving.url}/mcp`, 'busy', { timeoutMs: 600 });
  expect((await open().callTool(target, call)).isError).toBe(false);
  expect(reports.length).toBeGreaterThan(3);
  await expect(connections.callTool({ ...target, totalMs: 700 }, call)).rejects.toMatchObject({
    code: 'timed_out',
    mayHaveRun: true,
  });
});
