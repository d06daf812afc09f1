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
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await connections.callTool(targetOf(server.origin), { ...callOf('greet'), trace: { traceparent } });
    const common = { idempotencyKey: 'key-1', requestId: 'request-1' };
    expect(server.calls).toEqual([
      { name: 'add', arguments: { a: 2, b: 3 }, ...common },
      { name: 'greet', arguments: {}, ...common, traceparent },
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

  test('a slow tool ends with the time limit or with the abort of its caller; both may have run', async () => {
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
    await expect.poll(() => server.calls.length, { timeout: 10_000 }).toBe(2);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled', mayHaveRun: true });
    // The server is told, so that it does not work for nobody.
    await expect.poll(() => ended, { timeout: 10_000 }).toBe(2);
  });

  test('an answer that is too large is not read', async () => {
    const big: PlainTool = { name: 'big', inputSchema: {}, handler: () => 'x'.repeat(5 * 1024 * 1024) };
    const server = await started(openServer({ tools: [big] }));
    const error = await failure(connect().callTool(targetOf(server.origin), callOf('big')));
    expect([error.code, error.mayHaveRun]).toEqual(['protocol_error', true]);
    expect(error.message).toContain('4 MiB');
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

test('lists as large as they may be are not all kept', async () => {
  const description = 'x'.repeat(3_900_000);
  const server = await started(
    openRestServer({ tools: [{ name: 'big', description, inputSchema: {}, handler: () => '' }] }),
  );
  const connections = connect();
  const list = async (connector: number): Promise<boolean> => {
    const before = server.requests.length;
    const target = targetOf(server.origin, {
      scope: { workspace: 'w', connector: String(connector), credential: 'd' },
    });
    expect((await connections.listTools(target, { signal: anySignal })).tools).toHaveLength(1);
    return server.requests.length > before;
  };
  for (let connector = 0; connector < 10; connector += 1) expect(await list(connector)).toBe(true);
  expect(await list(9)).toBe(false);
  expect(await list(0)).toBe(true);
});
