import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { RequestMeta } from '../call-tool.ts';
import { image, text } from '../content.ts';
import { defineResource } from '../definition/define-resource.ts';
import { defineTool } from '../definition/define-tool.ts';
import { ToolError } from '../kit-error.ts';
import type { Log } from '../log.ts';
import { createMcpServer } from '../server.ts';

interface Line {
  readonly fields: object;
  readonly message: string;
}
const errors: Line[] = [];
const drop = (): void => {};
const log: Log = {
  debug: drop,
  info: drop,
  warn: drop,
  error: (fields, message) => errors.push({ fields, message }),
};

const nothing = z.object({});
const describing = { description: 'For tests.', input: nothing };
const signals: AbortSignal[] = [];
let started = Promise.withResolvers<AbortSignal>();

const server = createMcpServer({
  name: 'shop',
  version: '1.2.3',
  instructions: 'Add, then ask.',
  log,
  tools: [
    defineTool({
      name: 'add',
      description: 'Adds two numbers.',
      input: z.object({ a: z.number(), b: z.number().default(1) }),
      output: z.object({ sum: z.number() }),
      annotations: { readOnlyHint: true },
      idempotent: true,
      handler: ({ a, b }) => ({ sum: a + b, secret: 'stripped by the output schema' }),
    }),
    defineTool({ ...describing, name: 'rows', handler: () => [{ type: 'text', id: 1 }] }),
    defineTool({
      ...describing,
      name: 'blocks',
      handler: () => [text('see'), image(new Uint8Array([1, 2]), 'image/png')],
    }),
    defineTool({
      ...describing,
      name: 'key',
      handler: (_args, context) => context.idempotencyKey ?? 'no key',
    }),
    defineTool({
      ...describing,
      name: 'who',
      handler: (_args, context) => context.auth?.fingerprint ?? 'nobody',
    }),
    defineTool({
      ...describing,
      name: 'refuses',
      handler: () => {
        throw new ToolError('Out of stock.', { cause: new Error('row 7') });
      },
    }),
    defineTool({
      ...describing,
      name: 'breaks',
      handler: () => {
        throw new Error('password is hunter2');
      },
    }),
    defineTool({
      ...describing,
      name: 'lies',
      output: z.object({ n: z.number() }),
      handler: () => 'not structured',
    }),
    defineTool({ ...describing, name: 'big', handler: () => ({ n: 1n }) }),
    defineTool({
      ...describing,
      name: 'hangs',
      timeoutMs: 20,
      handler: (_args, { signal }) => {
        signals.push(signal);
        return new Promise<string>(() => {});
      },
    }),
    defineTool({
      ...describing,
      name: 'waits',
      handler: (_args, { signal }) => {
        started.resolve(signal);
        return new Promise<string>(() => {});
      },
    }),
  ],
  resources: [
    defineResource({
      uri: 'docs://a',
      name: 'a',
      description: 'A.',
      mimeType: 'text/markdown',
      read: () => '# A',
    }),
    defineResource({ uri: 'docs://bytes', name: 'b', description: 'B.', read: () => new Uint8Array([1, 2]) }),
    defineResource({
      uriTemplate: 'data://{id}',
      name: 'rows',
      description: 'Rows.',
      read: ({ id }) => (id === 'gone' ? undefined : `row ${id}`),
    }),
  ],
});

const meta = (changes: Partial<RequestMeta> = {}): RequestMeta => ({
  signal: new AbortController().signal,
  requestId: 'r1',
  ...changes,
});

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

interface Answered {
  readonly status: number;
  readonly id?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { code: number; message: string; data?: unknown };
}

async function send(message: unknown, requestMeta = meta()): Promise<Answered> {
  const reply = await server.engine.handle(message, requestMeta);
  return { status: reply.status, ...(reply.kind === 'message' && (JSON.parse(reply.json) as object)) };
}

const modern = (method: string, params: object = {}, requestMeta = meta()) =>
  send({ jsonrpc: '2.0', id: 7, method, params: { _meta: envelope, ...params } }, requestMeta);
const legacy = (method: string, params: object = {}, requestMeta = meta()) =>
  send({ jsonrpc: '2.0', id: 7, method, params }, requestMeta);
const eras = [
  ['2026', modern],
  ['2025', legacy],
] as const;

describe('2026-07-28', () => {
  it('answers server/discover', async () => {
    expect(await modern('server/discover')).toEqual({
      status: 200,
      jsonrpc: '2.0',
      id: 7,
      result: {
        resultType: 'complete',
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: {}, resources: {} },
        instructions: 'Add, then ask.',
        ttlMs: 60_000,
        cacheScope: 'public',
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'shop', version: '1.2.3' } },
      },
    });
  });

  it('says who it is and that it is complete in every result, and keeps lists private behind authentication', async () => {
    for (const [method, params] of [
      ['tools/list', {}],
      ['tools/call', { name: 'add', arguments: { a: 1 } }],
      ['resources/list', {}],
      ['resources/templates/list', {}],
      ['resources/read', { uri: 'docs://a' }],
    ] as const) {
      const { result } = await modern(method, params, meta({ auth: { fingerprint: 'f' } }));
      expect(result).toMatchObject({
        resultType: 'complete',
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'shop', version: '1.2.3' } },
      });
      if (method !== 'tools/call')
        expect(result).toMatchObject({ cacheScope: 'private', ttlMs: expect.any(Number) });
    }
  });

  it.each([
    [{ _meta: {} }, -32602, undefined],
    [{ _meta: { ...envelope, 'io.modelcontextprotocol/clientCapabilities': undefined } }, -32602, undefined],
    [{ _meta: { ...envelope, 'io.modelcontextprotocol/clientCapabilities': [] } }, -32602, undefined],
    [{ _meta: { ...envelope, 'io.modelcontextprotocol/protocolVersion': 5 } }, -32602, undefined],
    [
      { _meta: { ...envelope, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' } },
      -32022,
      { supported: ['2026-07-28'], requested: '2099-01-01' },
    ],
  ])('refuses %j with 400', async (params, code, data) => {
    const version = 'io.modelcontextprotocol/protocolVersion' in params._meta ? undefined : '2026-07-28';
    const answered = await modern('tools/list', params, meta(version ? { header: () => version } : {}));
    expect(answered).toMatchObject({ status: 400, id: 7, error: { code } });
    expect(answered.error?.data).toEqual(data);
  });

  it.each(['initialize', 'ping', 'logging/setLevel', 'prompts/list', 'no/such', '__proto__'])(
    'does not know %s',
    async method => {
      expect(await modern(method)).toMatchObject({ status: 404, id: 7, error: { code: -32601 } });
    },
  );

  it('takes any JSON as structured content', async () => {
    expect((await modern('tools/call', { name: 'rows' })).result).toMatchObject({
      structuredContent: [{ type: 'text', id: 1 }],
      content: [{ type: 'text', text: '[{"type":"text","id":1}]' }],
    });
  });

  it('says -32602 with the URI for a resource that is not there', async () => {
    for (const uri of ['docs://none', 'data://gone']) {
      expect(await modern('resources/read', { uri })).toMatchObject({
        error: { code: -32602, data: { uri } },
      });
    }
  });
});

describe('headers of 2026-07-28', () => {
  const call = { name: 'add', arguments: { a: 1 } };
  const right = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'add' };
  const withHeaders = (headers: Record<string, string | undefined>) =>
    meta({ header: name => headers[name] });

  it('pass when they repeat the body, encoded or not', async () => {
    const encoded = `=?base64?${Buffer.from('add').toString('base64')}?=`;
    for (const name of ['add', encoded]) {
      expect(await modern('tools/call', call, withHeaders({ ...right, 'mcp-name': name }))).toMatchObject({
        status: 200,
      });
    }
  });

  it.each([
    { 'mcp-protocol-version': undefined },
    { 'mcp-protocol-version': '2025-11-25' },
    { 'mcp-method': undefined },
    { 'mcp-method': 'tools/list' },
    { 'mcp-method': 'TOOLS/CALL' },
    { 'mcp-name': undefined },
    { 'mcp-name': 'subtract' },
    { 'mcp-name': '=?base64?!!?=' },
  ])('are refused: %j', async changes => {
    const answered = await modern('tools/call', call, withHeaders({ ...right, ...changes }));
    expect(answered).toMatchObject({ status: 400, id: 7, error: { code: -32020 } });
  });

  it('name the URI of a resource', async () => {
    const headers = { ...right, 'mcp-method': 'resources/read', 'mcp-name': 'docs://a' };
    expect(await modern('resources/read', { uri: 'docs://a' }, withHeaders(headers))).toMatchObject({
      status: 200,
    });
    expect(await modern('resources/read', { uri: 'docs://bytes' }, withHeaders(headers))).toMatchObject({
      status: 400,
    });
  });

  it('that name a version nobody speaks are refused even without _meta', async () => {
    const answered = await legacy('tools/list', {}, withHeaders({ 'mcp-protocol-version': '1999-01-01' }));
    expect(answered).toMatchObject({
      status: 400,
      error: { code: -32022, data: { requested: '1999-01-01' } },
    });
  });
});

describe('2025', () => {
  it.each([
    ['2025-11-25', '2025-11-25'],
    ['2025-06-18', '2025-06-18'],
    ['2025-03-26', '2025-03-26'],
    ['2024-11-05', '2025-11-25'],
  ])('initialize %s is answered with %s', async (asked, answered) => {
    const { result } = await legacy('initialize', {
      protocolVersion: asked,
      capabilities: {},
      clientInfo: {},
    });
    expect(result).toEqual({
      protocolVersion: answered,
      capabilities: { tools: {}, resources: {} },
      serverInfo: { name: 'shop', version: '1.2.3' },
      instructions: 'Add, then ask.',
    });
  });

  it('answers ping, and takes notifications', async () => {
    expect(await legacy('ping')).toMatchObject({ status: 200, result: {} });
    expect(await send({ jsonrpc: '2.0', method: 'notifications/initialized' })).toEqual({ status: 202 });
  });

  it('does not know what it does not offer', async () => {
    expect(await legacy('logging/setLevel')).toMatchObject({ status: 200, error: { code: -32601 } });
    expect(await legacy('server/discover')).toMatchObject({ status: 200, error: { code: -32601 } });
  });

  it('has only objects as structured content', async () => {
    const { result } = await legacy('tools/call', { name: 'rows' });
    expect(result).toEqual({ content: [{ type: 'text', text: '[{"type":"text","id":1}]' }] });
  });

  it('says -32002 for a resource that is not there', async () => {
    const uri = 'docs://none';
    expect(await legacy('resources/read', { uri })).toMatchObject({ error: { code: -32002, data: { uri } } });
  });
});

describe.each(eras)('tools in %s', (_era, request) => {
  const call = (name: string, args?: unknown, requestMeta?: RequestMeta) =>
    request('tools/call', { name, ...(args !== undefined && { arguments: args }) }, requestMeta);
  const textOf = (answered: Answered) =>
    (answered.result?.['content'] as { text: string }[] | undefined)?.[0]?.text;

  it('are listed with their schemas, in the order of definition', async () => {
    const { result } = await request('tools/list');
    const tools = result?.['tools'] as Record<string, unknown>[];
    expect(tools.map(tool => tool['name'])).toEqual([...server.catalogue.tools.keys()]);
    expect(tools[0]).toMatchObject({
      name: 'add',
      description: 'Adds two numbers.',
      inputSchema: { type: 'object', required: ['a'] },
      outputSchema: { type: 'object', required: ['sum'] },
      annotations: { readOnlyHint: true },
      _meta: { 'io.tramontane/idempotent': true },
    });
  });

  it('get checked arguments, and give back what the output schema lets through', async () => {
    expect((await call('add', { a: 2 })).result).toMatchObject({
      content: [{ type: 'text', text: '{"sum":3}' }],
      structuredContent: { sum: 3 },
    });
  });

  it('are not called with wrong arguments', async () => {
    const answered = await call('add', { a: 'two' });
    expect(answered.result).toMatchObject({ isError: true });
    expect(textOf(answered)).toBe('Invalid arguments for tool "add": "a" must be a number, got a string.');
  });

  it('may answer with blocks', async () => {
    expect((await call('blocks')).result?.['content']).toEqual([
      { type: 'text', text: 'see' },
      { type: 'image', data: 'AQI=', mimeType: 'image/png' },
    ]);
  });

  it('learn the key of the call, and who calls', async () => {
    const _meta = { ...envelope, 'io.tramontane/idempotency-key': 'k-1' };
    const params = _era === '2026' ? { _meta } : { _meta: { 'io.tramontane/idempotency-key': 'k-1' } };
    expect(textOf(await request('tools/call', { name: 'key', ...params }))).toBe('k-1');
    expect(textOf(await call('key'))).toBe('no key');
    expect(textOf(await call('who', {}, meta({ auth: { fingerprint: 'f00' } })))).toBe('f00');
  });

  it('may fail in their own words, without their cause', async () => {
    const answered = await call('refuses');
    expect(answered.result).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'Out of stock.' }],
    });
    expect(JSON.stringify(answered)).not.toContain('row 7');
  });

  it.each(['breaks', 'lies', 'big'])('do not show what went wrong inside: %s', async name => {
    errors.length = 0;
    const answered = await call(name);
    expect(answered.result).toMatchObject({ isError: true });
    expect(textOf(answered)).toMatch(/^Internal server error/);
    expect(JSON.stringify(answered)).not.toMatch(/hunter2|BigInt/);
    expect(errors).toEqual([
      {
        message: expect.stringContaining(name),
        fields: expect.objectContaining({ tool: name, requestId: 'r1' }),
      },
    ]);
  });

  it('are stopped when their time is up', async () => {
    signals.length = 0;
    const answered = await call('hangs');
    expect(answered.result).toMatchObject({ isError: true });
    expect(textOf(answered)).toContain('timed out');
    expect(signals[0]?.aborted).toBe(true);
  });

  it('are stopped when the caller goes away', async () => {
    const caller = new AbortController();
    started = Promise.withResolvers<AbortSignal>();
    const answering = call('waits', {}, meta({ signal: caller.signal }));
    const signal = await started.promise;
    expect(signal.aborted).toBe(false);
    caller.abort();
    expect(signal.aborted).toBe(true);
    expect(textOf(await answering)).toContain('cancelled');
  });

  it.each([
    [{ name: 'nope' }, /Unknown tool: "nope"/],
    [{ name: 5 }, /"name" must be a string/],
    [{ name: 'add', arguments: [] }, /"arguments" must be an object/],
    [
      { name: 'key', _meta: { ...envelope, 'io.tramontane/idempotency-key': '' } },
      /must be a string that is not empty/,
    ],
  ])('are not called: %j', async (params, message) => {
    // The last case carries a 2026 envelope, so in both eras it is a request of 2026.
    const answered = await request('tools/call', params);
    expect(answered).toMatchObject({
      status: 200,
      error: { code: -32602, message: expect.stringMatching(message) },
    });
  });
});

describe.each(eras)('resources in %s', (_era, request) => {
  it('are listed', async () => {
    expect((await request('resources/list')).result?.['resources']).toEqual([
      { uri: 'docs://a', name: 'a', description: 'A.', mimeType: 'text/markdown' },
      { uri: 'docs://bytes', name: 'b', description: 'B.' },
    ]);
    expect((await request('resources/templates/list')).result?.['resourceTemplates']).toEqual([
      { uriTemplate: 'data://{id}', name: 'rows', description: 'Rows.' },
    ]);
  });

  it.each([
    ['docs://a', { mimeType: 'text/markdown', text: '# A' }],
    ['docs://bytes', { mimeType: 'application/octet-stream', blob: 'AQI=' }],
    ['data://7', { mimeType: 'text/plain', text: 'row 7' }],
  ])('are read: %s', async (uri, contents) => {
    expect((await request('resources/read', { uri })).result?.['contents']).toEqual([{ uri, ...contents }]);
  });

  it('refuse a cursor that was never given out', async () => {
    expect(await request('resources/list', { cursor: 'x' })).toMatchObject({ error: { code: -32602 } });
  });
});

describe('what is not a message', () => {
  it.each([
    [null, undefined],
    ['text', undefined],
    [[{ jsonrpc: '2.0', id: 1, method: 'ping' }], undefined],
    [{ id: 1, method: 'ping' }, 1],
    [{ jsonrpc: '1.0', id: 1, method: 'ping' }, 1],
    [{ jsonrpc: '2.0', id: 1 }, 1],
    [{ jsonrpc: '2.0', id: 1, result: {} }, 1],
    [{ jsonrpc: '2.0', id: null, method: 'ping' }, undefined],
    [{ jsonrpc: '2.0', id: 1.5, method: 'ping' }, undefined],
    [{ jsonrpc: '2.0', id: {}, method: 'ping' }, undefined],
  ])('%j is refused with 400 and -32600', async (message, id) => {
    const answered = await send(message);
    expect(answered).toMatchObject({ status: 400, error: { code: -32600 } });
    expect(answered.id).toBe(id);
  });

  it('params that are no object are refused with -32602', async () => {
    expect(await send({ jsonrpc: '2.0', id: 'a', method: 'ping', params: [] })).toMatchObject({
      status: 400,
      id: 'a',
      error: { code: -32602 },
    });
  });
});
