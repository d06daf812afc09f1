import { describe, expect, it } from 'vitest';
import { askLegacy, askModern, createEngineFixture, createMeta, envelope } from '../engine.fixture.ts';

const { server } = createEngineFixture();
const modern = askModern(server);
const legacy = askLegacy(server);

describe('2026-07-28', () => {
  it('answers server/discover', async () => {
    expect(await modern('server/discover')).toEqual({
      status: 200,
      jsonrpc: '2.0',
      id: 7,
      result: {
        resultType: 'complete',
        supportedVersions: ['2026-07-28'],
        capabilities: {
          tools: { listChanged: true },
          resources: { listChanged: true, subscribe: true },
          logging: {},
        },
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
      const { result } = await modern(
        method,
        params,
        createMeta({ auth: { subject: 'ada', fingerprint: 'f' } }),
      );
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
    const answered = await modern('tools/list', params, createMeta(version ? { header: () => version } : {}));
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
    createMeta({ header: name => headers[name] });

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
