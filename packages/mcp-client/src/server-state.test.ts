import { type Egress, openEgress, parseAllowList } from '@tramontane/egress';
import {
  type PlainTool,
  type ToolServer,
  openSdkV1Server,
  openSdkV2Server,
} from '@tramontane/testkit/tool-servers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ConnectionError } from './connection-error.ts';
import { type Connections, type ConnectionsOptions, openConnections } from './connections.ts';
import type { ServerTarget } from './server-target.ts';
import type { ToolCall } from './tool-result.ts';

let egress: Egress;
beforeAll(() => {
  egress = openEgress({ allow: parseAllowList('loopback') });
});
afterAll(() => egress.close());

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function connect(options: Partial<ConnectionsOptions> = {}): Connections {
  const connections = openConnections({ egress, ...options });
  closers.push(() => connections.close());
  return connections;
}

async function started<S extends ToolServer>(server: Promise<S>): Promise<S> {
  const open = await server;
  closers.push(() => open.close());
  return open;
}

function targetOf(url: string, more: Partial<ServerTarget> = {}): ServerTarget {
  return {
    scope: { workspace: 'w', connector: 'c', credential: 'd' },
    url,
    auth: { type: 'none' },
    timeoutMs: 20_000,
    ...more,
  };
}

function callOf(name: string): ToolCall {
  return { name, arguments: {}, idempotencyKey: 'key-1', signal: new AbortController().signal };
}

const anySignal = new AbortController().signal;

async function failure(work: Promise<unknown>): Promise<ConnectionError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof ConnectionError) return error;
  throw error;
}

const toolNamed = (name: string): PlainTool => ({ name, inputSchema: {}, handler: () => 'hello' });
const greet = toolNamed('greet');
const tools = [toolNamed('add'), toolNamed('fail'), greet];

describe('the list of tools', () => {
  test.each([
    ['2025', () => openSdkV1Server({ tools })],
    ['2026', () => openSdkV2Server({ tools, listTtlMs: 600_000 })],
  ])('is read again when a server of %s says that it changed', async (_era, openServer) => {
    const server = await started<ToolServer>(openServer());
    const connections = connect();
    const names = async (): Promise<string[]> =>
      (await connections.listTools(targetOf(server.url), { signal: anySignal })).tools.map(tool => tool.name);
    expect(await names()).toEqual(['add', 'fail', 'greet']);
    // The news travel on a stream of their own, which may not be open yet.
    await expect
      .poll(async () => {
        server.setTools([greet]);
        return names();
      })
      .toEqual(['greet']);
  });

  test('is kept for five minutes, or as long as the server says', async () => {
    let time = 0;
    const connections = connect({ now: () => time });
    const v1 = await started(openSdkV1Server({ tools }));
    const v2 = await started(openSdkV2Server({ tools, listTtlMs: 1_000 }));
    const fetchedAt = async (url: string, refresh = false): Promise<number> =>
      (await connections.listTools(targetOf(url), { signal: anySignal, refresh })).fetchedAt;
    await fetchedAt(v1.url);
    await fetchedAt(v2.url);
    time = 999;
    expect([await fetchedAt(v1.url), await fetchedAt(v2.url)]).toEqual([0, 0]);
    time = 1_000;
    expect([await fetchedAt(v1.url), await fetchedAt(v2.url)]).toEqual([0, 1_000]);
    time = 5 * 60_000 - 1;
    expect(await fetchedAt(v1.url)).toBe(0);
    time += 1;
    expect(await fetchedAt(v1.url)).toBe(5 * 60_000);
    time += 1;
    expect(await fetchedAt(v1.url, true)).toBe(5 * 60_000 + 1);
  });
});

describe('connections', () => {
  test('workspace, connector and credential each have their own session, list and finding', async () => {
    const server = await started(openSdkV1Server({ tools }));
    const connections = connect();
    const scopes = [
      { workspace: 'w', connector: 'c', credential: 'd' },
      { workspace: 'w2', connector: 'c', credential: 'd' },
      { workspace: 'w', connector: 'c2', credential: 'd' },
      { workspace: 'w', connector: 'c', credential: 'd2' },
      { workspace: '["w","c"', connector: 'd"', credential: '' },
    ];
    for (const [index, scope] of scopes.entries()) {
      for (let repeat = 0; repeat < 2; repeat += 1)
        await connections.listTools(targetOf(server.origin, { scope }), { signal: anySignal });
      expect(server.sessionCount).toBe(index + 1);
    }
    // Each found out for itself that / is not the place.
    expect(server.requests.filter(request => request === 'POST /').length).toBe(2 * scopes.length);
  });

  test('a lost session is opened again and nothing runs twice', async () => {
    const server = await started(openSdkV1Server({ tools }));
    const connections = connect();
    const target = targetOf(server.url);
    await connections.callTool(target, callOf('greet'));
    server.loseSessions();
    await Promise.all([1, 2, 3].map(() => connections.callTool(target, callOf('greet'))));
    expect(server.calls.length).toBe(4);
    expect(server.sessionCount).toBe(1);
    server.loseSessions();
    expect((await connections.listTools(target, { signal: anySignal, refresh: true })).tools.length).toBe(3);
    expect(server.requests.filter(request => request.startsWith('POST')).length).toBeGreaterThan(8);
  });

  test('an idle connection is closed, its session ended, and opened again on use', async () => {
    const server = await started(openSdkV1Server({ tools }));
    const connections = connect({ idleMs: 20 });
    await connections.callTool(targetOf(server.url), callOf('greet'));
    await expect.poll(() => server.sessionCount).toBe(0);
    expect(server.requests.at(-1)).toBe('DELETE /mcp');
    await connections.callTool(targetOf(server.url), callOf('greet'));
    expect(server.calls.length).toBe(2);
  });

  test('a failed connect is not remembered', async () => {
    const server = await started(openSdkV2Server({ tools, bearerToken: 'right' }));
    const connections = connect();
    const target = targetOf(server.url);
    expect((await failure(connections.callTool(target, callOf('greet')))).code).toBe('refused');
    expect(
      (await connections.callTool({ ...target, auth: { type: 'bearer', token: 'right' } }, callOf('greet')))
        .isError,
    ).toBe(false);
  });

  test('one caller that leaves does not end the handshake of the others', async () => {
    const server = await started(openSdkV2Server({ tools }));
    const connections = connect();
    const controller = new AbortController();
    const leaving = connections.listTools(targetOf(server.url), { signal: controller.signal });
    const staying = connections.listTools(targetOf(server.url), { signal: anySignal });
    controller.abort();
    await expect(leaving).rejects.toMatchObject({ name: 'AbortError' });
    expect((await staying).tools.length).toBe(3);
  });
});
