import { openEgress, parseAllowList } from '@tramontane/egress';
import {
  type PlainTool,
  type ToolServer,
  openHttpListener,
  openRestServer,
  openSdkV1Server,
  openSdkV2Server,
} from '@tramontane/testkit/tool-servers';
import { type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Connections, openConnections } from './connections.ts';
import type { ServerTarget } from './server-target.ts';
import type { ToolListing } from './tool-definitions.ts';

const closers: (() => Promise<unknown>)[] = [];
let connections: Connections;
beforeEach(() => {
  const egress = openEgress({ allow: parseAllowList('loopback') });
  connections = openConnections({ egress });
  closers.push(
    () => egress.close(),
    () => connections.close(),
  );
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const signal = new AbortController().signal;
const greet: PlainTool = { name: 'greet', inputSchema: {}, handler: () => 'hello' };
const tools = [greet];

async function started<S extends { close(): Promise<void> }>(opening: Promise<S>): Promise<S> {
  const server = await opening;
  closers.push(() => server.close());
  return server;
}

function targetOf(url: string): ServerTarget {
  return {
    scope: { workspace: 'w', connector: 'c', credential: 'd' },
    url,
    auth: { type: 'none' },
    timeoutMs: 3_000,
  };
}

const list = (url: string): Promise<ToolListing> => connections.listTools(targetOf(url), { signal });
const call = async (url: string): Promise<unknown> =>
  (await connections.callTool(targetOf(url), { name: 'greet', arguments: {}, idempotencyKey: 'k', signal }))
    .content;

/** A front that sends requests on to whatever stands behind it at the moment. */
async function openFront(
  behind: () => string,
  own?: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<{ origin: string; requests: string[] }> {
  const listener = await openHttpListener((request, response) => {
    if (own?.(request, response) === true) return;
    const upstream = sendRequest(
      behind() + request.url,
      { method: request.method ?? 'GET', headers: request.headers },
      answer => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  });
  closers.push(() => listener.close());
  return listener;
}

describe('addresses', () => {
  test.each([
    ['/mcp', ['', '/mcp']],
    ['/', ['', '/']],
    ['/tools/mcp', ['/tools', '/tools/', '/tools/mcp']],
    ['/odd/place', ['/odd/place']],
    ['/mcp/v1', ['/mcp/v1']],
  ])('an MCP endpoint at %s', async (path, suffixes) => {
    const server = await started(openSdkV2Server({ tools, path }));
    for (const suffix of suffixes)
      expect([suffix, (await list(server.origin + suffix)).dialect]).toEqual([suffix, 'mcp-2026']);
  });

  test.each([
    ['v1', '', ['', '/', '/mcp', '/mcp/v1', '/mcp/v1/', '/mcp/v1/tools']],
    ['v1', '/base', ['/base', '/base/mcp', '/base/mcp/v1']],
    ['v2', '', ['/v2', '/v2/', '/mcp/v2']],
    ['v2', '/base', ['/base/v2', '/base/mcp/v2']],
  ] as const)('a REST server of %s below "%s"', async (version, prefix, suffixes) => {
    const server = await started(openRestServer({ tools, version, prefix }));
    for (const suffix of suffixes) {
      const listing = await list(server.origin + suffix);
      expect([suffix, listing.dialect, listing.protocolVersion]).toEqual([suffix, 'rest', version]);
      expect(await call(server.origin + suffix)).toEqual([{ type: 'text', text: 'hello' }]);
    }
  });

  test('a refusal at / does not hide a working /mcp', async () => {
    const server = await started(openSdkV2Server({ tools }));
    const front = await openFront(
      () => server.origin,
      (request, response) => {
        if (request.url !== '/') return false;
        response.writeHead(401, { 'content-type': 'application/json' }).end('{"detail":"Sign in"}');
        return true;
      },
    );
    expect((await list(front.origin)).dialect).toBe('mcp-2026');
  });

  test('a server of 2025 that breaks on unknown methods is still found', async () => {
    const server = await started(openSdkV1Server({ tools }));
    const front = await openFront(
      () => server.origin,
      (request, response) => {
        if (request.headers['mcp-method'] === undefined) return false;
        response.writeHead(500).end('NullPointerException');
        return true;
      },
    );
    expect((await list(`${front.origin}/mcp`)).dialect).toBe('mcp-2025');
  });

  test('a redirect within the origin is followed, one to another origin is not', async () => {
    const server = await started(openSdkV2Server({ tools, path: '/mcp/' }));
    const front = await openFront(
      () => server.origin,
      (request, response) => {
        const location =
          request.url === '/mcp'
            ? '/mcp/'
            : request.url?.startsWith('/out') === true
              ? `${server.origin}/mcp/`
              : undefined;
        if (location !== undefined) response.writeHead(307, { location }).end();
        return location !== undefined;
      },
    );
    expect((await list(`${front.origin}/mcp`)).dialect).toBe('mcp-2026');
    const before = server.requests.length;
    await expect(list(`${front.origin}/out`)).rejects.toMatchObject({ code: 'not_mcp_server' });
    expect(server.requests.length).toBe(before);
  });
});

describe('a finding', () => {
  test('is remembered', async () => {
    const server = await started(openRestServer({ tools }));
    await list(server.origin);
    const before = server.requests.length;
    await call(server.origin);
    await connections.listTools(targetOf(server.origin), { signal, refresh: true });
    expect(server.requests.slice(before)).toEqual(['POST /mcp/v1/tools/invoke', 'GET /mcp/v1/tools']);
  });

  test('is given up when the server behind the address becomes another one', async () => {
    const behind: ToolServer[] = [
      await started(openRestServer({ tools })),
      await started(openSdkV2Server({ tools, eras: 'modern' })),
      await started<ToolServer>(openSdkV1Server({ tools })),
      await started(openRestServer({ tools })),
    ];
    let current = 0;
    const front = await openFront(() => behind[current]?.origin ?? '');
    const seen: string[] = [];
    for (; current < behind.length; current += 1) {
      expect(await call(front.origin)).toEqual([{ type: 'text', text: 'hello' }]);
      seen.push((await connections.listTools(targetOf(front.origin), { signal, refresh: true })).dialect);
    }
    expect(seen).toEqual(['rest', 'mcp-2026', 'mcp-2025', 'rest']);
    expect(behind.map(server => server.calls.length)).toEqual([1, 1, 1, 1]);
  });
});

describe('requests', () => {
  test('arguments that a schema marks go into headers too', async () => {
    const located: PlainTool = {
      name: 'greet',
      inputSchema: { properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } },
      handler: ({ region }) => `hello ${String(region)}`,
    };
    const server = await started(openSdkV2Server({ tools: [located] }));
    const seen: unknown[] = [];
    const front = await openFront(
      () => server.origin,
      request => {
        if (request.headers['mcp-method'] === 'tools/call') seen.push(request.headers['mcp-param-region']);
        return false;
      },
    );
    const target = targetOf(front.origin);
    const callIn = async (region: string): Promise<unknown> =>
      (
        await connections.callTool(target, {
          name: 'greet',
          arguments: { region },
          idempotencyKey: 'k',
          signal,
        })
      ).content;
    await connections.listTools(target, { signal });
    expect(await callIn('eu-1')).toEqual([{ type: 'text', text: 'hello eu-1' }]);
    expect(seen).toEqual(['eu-1']);
  });

  test('a REST server that answers 404 for an unknown tool has answered', async () => {
    const server = await started(openRestServer({ tools }));
    let invoked = 0;
    const front = await openFront(
      () => server.origin,
      (request, response) => {
        if (request.method !== 'POST' || request.url !== '/mcp/v1/tools/invoke') return false;
        invoked += 1;
        response
          .writeHead(404, { 'content-type': 'application/json' })
          .end('{"detail":"No tool of that name"}');
        return true;
      },
    );
    const result = await connections.callTool(targetOf(front.origin), {
      name: 'gone',
      arguments: {},
      idempotencyKey: 'k',
      signal,
    });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain('No tool of that name');
    expect(invoked).toBe(1);
  });

  test('a REST server that does not like the arguments has answered; its refusals are failures', async () => {
    const answers: [number, string][] = [
      [422, '{"detail":[{"loc":["body","arguments","query"],"msg":"Field required"}]}'],
      [400, '{"error":"query is empty"}'],
      [403, '{"detail":"Not allowed for this token"}'],
      [429, '{"detail":"Slow down"}'],
    ];
    const server = await started(openRestServer({ tools }));
    const front = await openFront(
      () => server.origin,
      (request, response) => {
        if (request.method !== 'POST' || request.url !== '/mcp/v1/tools/invoke') return false;
        const [status, body] = answers.shift() ?? [500, ''];
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
        return true;
      },
    );
    expect(await call(front.origin)).toEqual([
      { type: 'text', text: 'body.arguments.query: Field required' },
    ]);
    expect(await call(front.origin)).toEqual([{ type: 'text', text: 'query is empty' }]);
    await expect(call(front.origin)).rejects.toMatchObject({
      code: 'refused',
      status: 403,
      mayHaveRun: false,
    });
    await expect(call(front.origin)).rejects.toMatchObject({
      code: 'unreachable',
      status: 429,
      mayHaveRun: false,
    });
  });
});
