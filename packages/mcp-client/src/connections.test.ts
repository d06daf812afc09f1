import { type Egress, openEgress, parseAllowList } from '@tramontane/egress';
import {
  type PlainTool,
  type ToolServer,
  type ToolServerOptions,
  openRestServer,
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

function callOf(name: string, args: Record<string, unknown> = {}, more: Partial<ToolCall> = {}): ToolCall {
  return {
    name,
    arguments: args,
    idempotencyKey: 'key-1',
    requestId: 'request-1',
    signal: new AbortController().signal,
    ...more,
  };
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

const add: PlainTool = {
  name: 'add',
  title: 'Addition',
  description: 'Adds two numbers.',
  inputSchema: { properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
  annotations: { readOnlyHint: true },
  meta: { 'io.tramontane/idempotent': true },
  handler: args => ({ sum: Number(args['a']) + Number(args['b']) }),
};
const fail: PlainTool = {
  name: 'fail',
  inputSchema: {},
  handler: () => {
    throw new Error('the disk is full');
  },
};
const greet: PlainTool = { name: 'greet', inputSchema: {}, handler: () => 'hello' };
const tools = [add, fail, greet];

const kinds: [
  string,
  'mcp-2026' | 'mcp-2025' | 'rest',
  string,
  (options: Partial<ToolServerOptions>) => Promise<ToolServer>,
][] = [
  ['SDK 1.x', 'mcp-2025', '2025-11-25', options => openSdkV1Server({ tools, ...options })],
  ['SDK 2.x', 'mcp-2026', '2026-07-28', options => openSdkV2Server({ tools, ...options })],
  [
    'SDK 2.x, new era only',
    'mcp-2026',
    '2026-07-28',
    options => openSdkV2Server({ tools, eras: 'modern', ...options }),
  ],
  ['REST', 'rest', 'v1', options => openRestServer({ tools, ...options })],
];

describe.each(kinds)('%s', (_name, dialect, protocolVersion, openServer) => {
  test('tools are found from the origin and called', async () => {
    const server = await started(openServer({ name: 'tools of ours', instructions: 'Be kind.' }));
    const connections = connect();
    for (const url of [server.origin, `${server.origin}/`, server.url]) {
      const listing = await connections.listTools(targetOf(url), { signal: anySignal });
      expect([listing.dialect, listing.protocolVersion, listing.problems]).toEqual([
        dialect,
        protocolVersion,
        [],
      ]);
      if (dialect !== 'rest')
        expect([listing.serverName, listing.instructions]).toEqual(['tools of ours', 'Be kind.']);
      expect(listing.tools.map(tool => [tool.name, tool.takesIdempotencyKey])).toEqual([
        ['add', true],
        ['fail', false],
        ['greet', false],
      ]);
      expect(listing.tools[0]).toMatchObject({
        description: 'Adds two numbers.',
        inputSchema: { type: 'object', required: ['a', 'b'] },
        annotations: { readOnlyHint: true },
      });
    }
    const result = await connections.callTool(targetOf(server.origin), callOf('add', { a: 2, b: 3 }));
    expect(result).toMatchObject({
      isError: false,
      content: [{ type: 'text', text: '{"sum":5}' }],
      structuredContent: { sum: 5 },
    });
    expect(server.calls).toEqual([
      { name: 'add', arguments: { a: 2, b: 3 }, idempotencyKey: 'key-1', requestId: 'request-1' },
    ]);
  });

  test('text, failures and unknown tools are answers of the tool', async () => {
    const server = await started(openServer({}));
    const connections = connect();
    const target = targetOf(server.origin);
    expect(await connections.callTool(target, callOf('greet'))).toMatchObject({
      isError: false,
      content: [{ type: 'text', text: 'hello' }],
    });
    expect(await connections.callTool(target, callOf('fail'))).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'the disk is full' }],
    });
    const unknown = await connections.callTool(target, callOf('no_such_tool'));
    expect(unknown.isError).toBe(true);
    expect(JSON.stringify(unknown.content)).toContain('no_such_tool');
  });

  test.each([
    [{ bearerToken: 'right' }, { type: 'bearer', token: 'right' }, { type: 'bearer', token: 'wrong-token' }],
    [{ apiKey: { header: 'X-API-Key', key: 'right' } }, { type: 'api_key', key: 'right' }, { type: 'none' }],
    [
      { apiKey: { header: 'X-Own', key: 'right' } },
      { type: 'api_key', key: 'right', header: 'X-Own' },
      { type: 'api_key', key: 'right' },
    ],
  ] as const)('credentials %o', async (needs, right, wrong) => {
    const server = await started(openServer(needs));
    const connections = connect();
    expect(
      (await connections.listTools(targetOf(server.origin, { auth: right }), { signal: anySignal })).tools
        .length,
    ).toBe(3);
    const refused = targetOf(server.origin, {
      auth: wrong,
      scope: { workspace: 'w', connector: 'c', credential: 'other' },
    });
    const error = await failure(connections.listTools(refused, { signal: anySignal }));
    expect([error.code, error.status, error.server]).toEqual(['refused', 401, server.origin]);
    expect(error.message).toMatch(/Missing or invalid token|Invalid token/);
    expect(error.message).not.toContain('wrong-token');
    const call = await failure(connections.callTool(refused, callOf('greet')));
    expect([call.code, call.mayHaveRun]).toEqual(['refused', false]);
    expect(server.calls).toEqual([]);
  });

  test('parallel first calls share one handshake, parallel lists one request', async () => {
    const server = await started(openServer({}));
    const connections = connect();
    const target = targetOf(server.url);
    await Promise.all(Array.from({ length: 8 }, () => connections.callTool(target, callOf('greet'))));
    const first = server.requests.length;
    await Promise.all(
      Array.from({ length: 8 }, () => connections.listTools(target, { signal: anySignal, refresh: true })),
    );
    const posts = server.requests.filter(request => request.startsWith('POST')).length;
    expect(server.calls.length).toBe(8);
    // Eight calls and at most three requests of a handshake; then one list, and perhaps one stream for news.
    expect(posts).toBeLessThanOrEqual(8 + 3 + 2);
    expect(server.requests.length - first).toBeLessThanOrEqual(3);
  });

  test('a slow tool ends with the time limit and may have run; an abort is an abort', async () => {
    let ended = 0;
    const slow: PlainTool = {
      name: 'slow',
      inputSchema: {},
      handler: (_args, { signal }) =>
        new Promise(resolve => {
          signal.addEventListener('abort', () => {
            ended += 1;
            resolve('too late');
          });
        }),
    };
    const server = await started(openServer({ tools: [slow] }));
    const connections = connect();
    await connections.listTools(targetOf(server.origin), { signal: anySignal });
    const error = await failure(
      connections.callTool(targetOf(server.origin, { timeoutMs: 300 }), callOf('slow')),
    );
    expect([error.code, error.mayHaveRun]).toEqual(['timed_out', true]);
    const controller = new AbortController();
    const call = connections.callTool(
      targetOf(server.origin),
      callOf('slow', {}, { signal: controller.signal }),
    );
    await expect.poll(() => server.calls.length).toBe(2);
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    // The server is told, so that it does not work for nobody.
    await expect.poll(() => ended).toBe(2);
  });

  test('an answer that is too large becomes an error the model can read', async () => {
    const server = await started(
      openServer({ tools: [{ name: 'big', inputSchema: {}, handler: () => 'x'.repeat(5 * 1024 * 1024) }] }),
    );
    const result = await connect().callTool(targetOf(server.origin), callOf('big'));
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain('4 MiB');
  });

  test('after close everything is closed', async () => {
    const server = await started(
      openServer({ tools: [{ name: 'hang', inputSchema: {}, handler: () => new Promise(() => undefined) }] }),
    );
    const connections = connect();
    const call = failure(connections.callTool(targetOf(server.origin), callOf('hang')));
    await expect.poll(() => server.calls.length).toBe(1);
    await connections.close();
    const error = await call;
    expect([error.code, error.mayHaveRun]).toEqual(['closed', true]);
    expect((await failure(connections.listTools(targetOf(server.origin), { signal: anySignal }))).code).toBe(
      'closed',
    );
  });
});

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
