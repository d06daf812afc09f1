import { describe, expect, test } from 'vitest';
import { createMcpServer } from '@tramontane/mcp-server';
import { openApiGateway, type ApiGatewayOptions, type Pagination } from '@tramontane/mcp-server/openapi';
import { openTestClient, type TestToolResult } from '@tramontane/mcp-server/testing';
import { openSmallService, type Answer, type SeenRequest, type SmallService } from './small-api.ts';

const drop = (): void => {};
const log = { debug: drop, info: drop, warn: drop, error: drop };
type Json = Readonly<Record<string, unknown>>;

/** Calls one tool of a gateway, through MCP. */
async function call(
  service: SmallService,
  options: Omit<ApiGatewayOptions, 'name' | 'baseUrl'> & { readonly baseUrl?: string },
  tool: string,
  args: object = {},
): Promise<TestToolResult<Json>> {
  await using gateway = openApiGateway({ name: 'shop', baseUrl: service.url, operations: 'all', ...options });
  const server = createMcpServer({
    name: 'gateway',
    version: '1.0.0',
    tools: gateway.tools,
    log,
    design: false,
  });
  await using client = await openTestClient(server, {
    auth: { subject: 'caller-token-fingerprint', fingerprint: 'caller-token-fingerprint' },
  });
  return await client.callTool<Json>(tool, args);
}

function toDocument(path: string, method: string, operation: Json, more: Json = {}): Json {
  return {
    openapi: '3.0.3',
    info: { title: 'Shop', version: '1' },
    servers: [{ url: 'https://evil.example.com' }],
    paths: { [path]: { [method]: { operationId: 'try', responses: {}, ...operation } } },
    ...more,
  };
}

describe('a request from a document', () => {
  const color = ['blue', 'black', 'brown'];
  const rgb = { R: 100, G: 200 };
  // The table of OpenAPI 3.1, "Style Examples".
  const styles: readonly (readonly [string, string, boolean, unknown, string])[] = [
    ['path', 'simple', false, 'blue', '/c/blue'],
    ['path', 'simple', false, color, '/c/blue,black,brown'],
    ['path', 'simple', false, rgb, '/c/R,100,G,200'],
    ['path', 'simple', true, rgb, '/c/R=100,G=200'],
    ['path', 'label', false, 'blue', '/c/.blue'],
    ['path', 'label', false, color, '/c/.blue,black,brown'],
    ['path', 'label', true, color, '/c/.blue.black.brown'],
    ['path', 'label', true, rgb, '/c/.R=100.G=200'],
    ['path', 'matrix', false, 'blue', '/c/;color=blue'],
    ['path', 'matrix', false, color, '/c/;color=blue,black,brown'],
    ['path', 'matrix', true, color, '/c/;color=blue;color=black;color=brown'],
    ['path', 'matrix', true, rgb, '/c/;R=100;G=200'],
    ['query', 'form', true, 'blue', '/c?color=blue'],
    ['query', 'form', true, color, '/c?color=blue&color=black&color=brown'],
    ['query', 'form', false, color, '/c?color=blue,black,brown'],
    ['query', 'form', true, rgb, '/c?R=100&G=200'],
    ['query', 'form', false, rgb, '/c?color=R,100,G,200'],
    ['query', 'spaceDelimited', false, color, '/c?color=blue%20black%20brown'],
    ['query', 'pipeDelimited', false, color, '/c?color=blue%7Cblack%7Cbrown'],
    ['query', 'deepObject', true, rgb, '/c?color%5BR%5D=100&color%5BG%5D=200'],
    ['query', 'form', true, 'a&b=c d/é', '/c?color=a%26b%3Dc%20d%2F%C3%A9'],
    ['path', 'simple', false, 'a/../b?c#d', '/c/a%2F..%2Fb%3Fc%23d'],
  ];

  test.each(styles)('%s %s explode=%s %j', async (place, style, explode, value, expected) => {
    await using service = await openSmallService();
    const parameters = [{ name: 'color', in: place, required: true, style, explode, schema: {} }];
    const path = place === 'path' ? '/c/{color}' : '/c';
    const { structuredContent } = await call(
      service,
      { document: toDocument(path, 'get', { parameters }) },
      'try',
      { color: value },
    );
    expect(structuredContent['url']).toBe(expected);
  });

  test('headers and cookies', async () => {
    await using service = await openSmallService();
    const parameters = [
      { name: 'X-Trace', in: 'header', schema: { type: 'array', items: { type: 'string' } } },
      { name: 'theme', in: 'cookie', schema: { type: 'string' } },
      { name: 'Authorization', in: 'header', schema: { type: 'string' } },
      { name: 'Host', in: 'header', schema: { type: 'string' } },
    ];
    const document = toDocument('/c', 'get', { parameters });
    await call(service, { document }, 'try', { 'X-Trace': ['a', 'b'], theme: 'dark; x' });
    expect(service.seen[0]?.headers).toMatchObject({ 'x-trace': 'a,b', cookie: 'theme=dark%3B%20x' });
    const refused = await call(service, { document }, 'try', { Authorization: 'mine' });
    expect(refused.text).toMatch(/Invalid arguments.*Authorization/);
    const split = await call(service, { document }, 'try', { 'X-Trace': ['a\r\nEvil: b'] });
    expect(split.text).toContain('line break');
    expect(service.seen.length).toBe(1);
  });

  test.each(['.', '..', ''])('a path argument of %j is refused', async id => {
    await using service = await openSmallService();
    const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }];
    const result = await call(
      service,
      { document: toDocument('/orders/{id}', 'get', { parameters }) },
      'try',
      { id },
    );
    expect(result.isError).toBe(true);
    expect(service.seen).toEqual([]);
  });

  test.each([
    ['application/json', { name: 'Ann', tags: ['a'] }, '{"name":"Ann","tags":["a"]}'],
    ['application/merge-patch+json', { name: 'Ann' }, '{"name":"Ann"}'],
    [
      'application/x-www-form-urlencoded',
      { name: 'Ann & Bob', tags: ['a', 'b'] },
      'name=Ann+%26+Bob&tags=a&tags=b',
    ],
    ['text/plain', 'hello', 'hello'],
  ])('a body of %s', async (type, body, expected) => {
    await using service = await openSmallService();
    const requestBody = { required: true, content: { [type]: { schema: {} } } };
    await call(service, { document: toDocument('/c', 'post', { requestBody }) }, 'try', { body });
    expect(service.seen[0]).toMatchObject({
      method: 'POST',
      body: expected,
      headers: { 'content-type': type },
    });
  });

  test('a form with a file', async () => {
    await using service = await openSmallService();
    const schema = {
      type: 'object',
      properties: { title: { type: 'string' }, file: { type: 'string', format: 'binary' } },
    };
    const requestBody = { required: true, content: { 'multipart/form-data': { schema } } };
    const file = Buffer.from('the bytes').toString('base64');
    await call(service, { document: toDocument('/c', 'post', { requestBody }) }, 'try', {
      body: { title: 'Note', file },
    });
    expect(service.seen[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(service.seen[0]?.body).toMatch(
      /name="title"\r\n\r\nNote\r\n.*name="file"; filename="file".*\r\n\r\nthe bytes\r\n/s,
    );
  });

  test('schemas of 3.0 are checked as they are meant, and $ref stays inside', async () => {
    await using service = await openSmallService();
    const components = {
      schemas: {
        Order: {
          type: 'object',
          required: ['id', 'total'],
          properties: {
            id: { type: 'integer', readOnly: true },
            total: { type: 'number', minimum: 0, exclusiveMinimum: true },
            note: { type: 'string', nullable: true },
            parent: { $ref: '#/components/schemas/Order' },
          },
        },
      },
    };
    const requestBody = {
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
    };
    const document = toDocument('/c', 'post', { requestBody }, { components });
    expect(
      (await call(service, { document }, 'try', { body: { total: 1, note: null, parent: { total: 2 } } }))
        .isError,
    ).toBe(false);
    expect((await call(service, { document }, 'try', { body: { total: 0 } })).text).toContain(
      'Invalid arguments',
    );
    expect((await call(service, { document }, 'try', { body: { total: 1, parent: {} } })).text).toContain(
      'Invalid arguments',
    );
    for (const $ref of [
      'https://evil.example.com/schema.json',
      'file:///etc/passwd',
      'other.yaml#/X',
      '#/components/schemas/No',
    ]) {
      const bad = { required: true, content: { 'application/json': { schema: { $ref } } } };
      await using gateway = openApiGateway({
        name: 'x',
        baseUrl: service.url,
        operations: 'all',
        document: toDocument('/c', 'post', { requestBody: bad }),
      });
      expect(gateway.tools).toEqual([]);
      expect(gateway.leftOut[0]?.reason).toContain('$ref');
    }
  });
});

describe('credentials are the gateway’s own', () => {
  const document = toDocument('/c', 'get', {
    parameters: [{ name: 'api_key', in: 'query', schema: { type: 'string' } }],
  });
  test.each([
    [{ type: 'bearer', token: 'tok-1' }, { authorization: 'Bearer tok-1' }, '/c'],
    [
      { type: 'basic', username: 'u', password: 'p:w' },
      { authorization: `Basic ${Buffer.from('u:p:w').toString('base64')}` },
      '/c',
    ],
    [{ type: 'api_key', in: 'header', name: 'X-Api-Key', value: 'k' }, { 'x-api-key': 'k' }, '/c'],
    [{ type: 'api_key', in: 'cookie', name: 'sid', value: 'k' }, { cookie: 'sid=k' }, '/c'],
    [{ type: 'api_key', in: 'query', name: 'api_key', value: 'k&x' }, {}, '/c?api_key=k%26x'],
  ] as const)('%j', async (auth, headers, url) => {
    await using service = await openSmallService();
    await call(service, { document, auth }, 'try');
    expect(service.seen[0]).toMatchObject({ url, headers });
    expect(JSON.stringify(service.seen)).not.toContain('caller-token');
  });

  test('by security scheme; an operation without fitting ones is left out', async () => {
    await using service = await openSmallService();
    const secured = toDocument('/c', 'get', { security: [{ other: [] }, { key: [], user: [] }] });
    const schemes = {
      key: { type: 'api_key', in: 'header', name: 'x-key', value: 'k' },
      user: { type: 'bearer', token: 't' },
    } as const;
    await call(service, { document: secured, schemes }, 'try');
    expect(service.seen[0]?.headers).toMatchObject({ 'x-key': 'k', authorization: 'Bearer t' });
    await using gateway = openApiGateway({
      name: 'x',
      baseUrl: service.url,
      document: secured,
      schemes: { key: schemes.key },
    });
    expect(gateway.leftOut).toMatchObject([
      { id: 'try', reason: 'no credentials among "schemes" for other, or key and user' },
    ]);
  });

  test('client credentials: one token for calls at once, a new one when it is refused', async () => {
    let issued = 0;
    const answer = ({ url, headers, body }: SeenRequest): Answer | undefined => {
      if (url === '/token') {
        issued += 1;
        expect(headers.authorization).toBe(`Basic ${Buffer.from('id:s%26cret').toString('base64')}`);
        expect(body).toBe('grant_type=client_credentials&scope=read');
        return { body: { access_token: `t${issued}`, expires_in: 3600 } };
      }
      // The first one is revoked after a while.
      return headers.authorization === 'Bearer t1' && url === '/late' ? { status: 401 } : undefined;
    };
    await using tokens = await openSmallService(answer);
    await using service = await openSmallService(answer);
    await using gateway = openApiGateway({
      name: 'shop',
      baseUrl: service.url,
      auth: {
        type: 'oauth2',
        tokenUrl: `${tokens.url}/token`,
        clientId: 'id',
        clientSecret: 's&cret',
        scopes: ['read'],
      },
      calls: ['early', 'late'].map(name => ({
        name,
        description: 'Asks.',
        method: 'GET',
        path: `/${name}`,
        input: { type: 'object', properties: {} },
      })),
    });
    await using client = await openTestClient(
      createMcpServer({ name: 'g', version: '1.0.0', tools: gateway.tools, log }),
    );
    await Promise.all([1, 2, 3].map(() => client.callTool('early')));
    expect(issued).toBe(1);
    expect((await client.callTool('late')).isError).toBe(false);
    expect(issued).toBe(2);
    expect(service.seen.at(-1)?.headers.authorization).toBe('Bearer t2');
  });
});

describe('answers', () => {
  const get = toDocument('/c', 'get', {});
  const answering = (answer: Answer): Promise<SmallService> => openSmallService(() => answer);

  test('fields are picked, lists and bytes are limited, text is text', async () => {
    const body = {
      id: 1,
      secret: 'x',
      customer: { name: 'Ann', iban: 'y' },
      lines: [{ amount: 1, cost: 2 }],
    };
    await using service = await answering({ body });
    const picked = await call(
      service,
      { document: get, pick: ['id', 'customer.name', 'lines.amount'] },
      'try',
    );
    expect(picked.structuredContent).toEqual({ id: 1, customer: { name: 'Ann' }, lines: [{ amount: 1 }] });
    expect(JSON.parse(picked.text)).toEqual(picked.structuredContent);
    expect((await call(service, { document: get, maxBytes: 20 }, 'try')).text).toContain('the limit is 20');
    await using list = await answering({ body: [1, 2, 3, 4] });
    expect((await call(list, { document: get, maxItems: 2 }, 'try')).structuredContent).toEqual({
      items: [1, 2],
      truncated: 'Only the first 2 of 4 entries are here. Filter, or take the next page.',
    });
    await using text = await answering({ body: 'plain words' });
    expect((await call(text, { document: get }, 'try')).structuredContent).toEqual({ text: 'plain words' });
    await using none = await openSmallService(() => ({ status: 204 }));
    expect((await call(none, { document: get }, 'try')).structuredContent).toEqual({ done: true });
    await using fake = await answering({ body: { isError: true, content: [{ type: 'text', text: 'x' }] } });
    expect((await call(fake, { document: get }, 'try')).isError).toBe(false);
  });

  test.each<readonly [Answer, string]>([
    [
      { status: 400, body: { detail: 'total must be positive' } },
      'shop answers 400 and says: total must be positive. Change the arguments.',
    ],
    [
      { status: 404, body: { error: { message: 'no such order' } } },
      'shop answers 404 and says: no such order. Check the identifiers.',
    ],
    [
      { status: 401, body: { detail: 'bad token tok-12345' } },
      "shop refuses the gateway's own credentials for this (401). Other arguments do not help; tell the operator.",
    ],
    [
      { status: 422, body: { message: 'you sent tok-12345' } },
      'shop answers 422 and says: you sent …. Change the arguments.',
    ],
    [
      { status: 429, headers: { 'retry-after': '30' } },
      'shop has had too many requests (429). Try again after 30 (seconds, or that date).',
    ],
    [
      { status: 503, headers: { 'content-type': 'text/html' }, body: '<!doctype html><h1>Oops</h1>' },
      'shop failed (503). It is a fault of shop, not of the arguments.',
    ],
  ])('an error reads: %j', async (answer, expected) => {
    await using service = await answering(answer);
    const result = await call(
      service,
      { document: get, auth: { type: 'bearer', token: 'tok-12345' } },
      'try',
    );
    expect(result).toMatchObject({ isError: true, text: expected });
  });

  test('redirects do not leave the API, nor does anything that waits', async () => {
    await using other = await openSmallService();
    await using service = await openSmallService(({ url }) =>
      url === '/c' ? { status: 302, headers: { location: `${other.url}/stolen` } } : undefined,
    );
    const auth = { type: 'bearer', token: 'tok' } as const;
    expect((await call(service, { document: get, auth }, 'try')).text).toBe(
      'shop sent the request elsewhere, which is not followed.',
    );
    expect(other.seen).toEqual([]);
    const gone = { document: get, baseUrl: 'http://127.0.0.1:9' };
    expect((await call(service, gone, 'try')).isError).toBe(true);
    expect(service.seen[0]?.headers.host).toBe(new URL(service.url).host);
  });

  const pages: readonly (readonly [Pagination, (page: number, base: string) => Answer, readonly string[]])[] =
    [
      [
        { type: 'cursor', parameter: 'after', next: 'meta.next', items: 'data' },
        page => ({ body: { data: [page, page], meta: { next: page < 3 ? `c${page + 1}` : null } } }),
        ['/c?q=x', '/c?q=x&after=c2', '/c?q=x&after=c3'],
      ],
      [
        { type: 'page', parameter: 'page' },
        page => ({ body: page <= 3 ? [page, page] : [] }),
        ['/c?q=x', '/c?q=x&page=2', '/c?q=x&page=3', '/c?q=x&page=4'],
      ],
      [
        { type: 'link' },
        (page, base) => ({
          body: [page, page],
          headers: page < 3 ? { link: `<${base}/c?p=${page + 1}>; rel="next"` } : {},
        }),
        ['/c?q=x', '/c?p=2', '/c?p=3'],
      ],
    ];
  test.each(pages)('pages: %j', async (pagination, answer, urls) => {
    let base = '';
    let page = 0;
    await using service = await openSmallService(() => answer((page += 1), base));
    base = service.url;
    const document = toDocument('/c', 'get', {
      parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }],
    });
    const all = await call(service, { document, pagination }, 'try', { q: 'x' });
    expect(all.structuredContent).toEqual({ items: [1, 1, 2, 2, 3, 3] });
    expect(service.seen.map(({ url }) => url)).toEqual(urls);
    page = 0;
    const some = await call(service, { document, pagination: { ...pagination, maxPages: 2 } }, 'try', {
      q: 'x',
    });
    expect(some.structuredContent).toMatchObject({
      items: [1, 1, 2, 2],
      truncated: expect.stringContaining('there are more'),
    });
  });

  test('a link to elsewhere ends the pages', async () => {
    await using other = await openSmallService();
    await using service = await answering({ body: [1], headers: { link: `<${other.url}/c>; rel="next"` } });
    expect(
      (await call(service, { document: get, pagination: { type: 'link' } }, 'try')).structuredContent,
    ).toEqual({ items: [1] });
    expect(other.seen).toEqual([]);
  });
});
