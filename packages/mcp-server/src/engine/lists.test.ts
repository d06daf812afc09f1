import { describe, expect, it } from 'vitest';
import { definePrompt } from '../definition/define-prompt.ts';
import { defineResource } from '../definition/define-resource.ts';
import { defineTool } from '../definition/define-tool.ts';
import { createMcpServer, type McpServerOptions } from '../server.ts';
import { askLegacy, askModern, createMeta, type Ask } from './engine.fixture.ts';

const input = { type: 'object', properties: {} };
const tools = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    defineTool({ name: `tool-${index}`, description: 'A tool.', input, handler: () => '' }),
  );
const create = (options: Partial<McpServerOptions>) =>
  createMcpServer({ name: 's', version: '1', design: false, ...options });

async function readAll(ask: Ask): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: unknown;
  do {
    const { result } = await ask('tools/list', cursor === undefined ? {} : { cursor });
    pages.push(((result?.['tools'] ?? []) as { name: string }[]).map(({ name }) => name));
    cursor = result?.['nextCursor'];
  } while (cursor !== undefined && pages.length < 10);
  return pages;
}

describe('pages', () => {
  it.each([askModern, askLegacy])('keep the order and end', async askAs => {
    const paged = create({ tools: tools(7), pageSize: 3 });
    expect(await readAll(askAs(paged))).toEqual([
      ['tool-0', 'tool-1', 'tool-2'],
      ['tool-3', 'tool-4', 'tool-5'],
      ['tool-6'],
    ]);
    expect(await readAll(askAs(create({ tools: tools(6), pageSize: 3 })))).toHaveLength(2);
    expect(await readAll(askAs(create({ tools: tools(7) })))).toHaveLength(1);
  });

  it.each([askModern, askLegacy])('are of one list', async askAs => {
    const [seven, eight] = [7, 8].map(count => askAs(create({ tools: tools(count), pageSize: 3 })));
    const cursor = (await seven?.('tools/list'))?.result?.['nextCursor'];
    // Another process that offers the same takes it.
    const twin = askAs(create({ tools: tools(7), pageSize: 3 }));
    expect((await twin('tools/list', { cursor })).result).toBeDefined();
    for (const wrong of [cursor, 'x', 7, null, '']) {
      expect(await eight?.('tools/list', { cursor: wrong })).toMatchObject({ error: { code: -32602 } });
    }
  });

  it('have a size of one at least', () => {
    expect(() => create({ pageSize: 0 })).toThrow('pageSize');
  });
});

describe('caching hints', () => {
  it('are those of the author', async () => {
    const ask = askModern(
      create({
        listCache: { ttlMs: 5, scope: 'private' },
        resources: [
          defineResource({
            uri: 'docs://a',
            name: 'a',
            description: 'A.',
            cache: { ttlMs: 9, scope: 'public' },
            read: () => 'A',
          }),
        ],
      }),
    );
    for (const method of ['resources/list', 'server/discover']) {
      expect((await ask(method)).result).toMatchObject({ ttlMs: 5, cacheScope: 'private' });
    }
    expect((await ask('resources/read', { uri: 'docs://a' })).result).toMatchObject({
      ttlMs: 9,
      cacheScope: 'public',
    });
    const wrong = { uri: 'docs://a', name: 'a', description: 'A.', read: () => 'A' };
    expect(() => create({ resources: [{ ...wrong, cache: { ttlMs: -1, scope: 'public' } }] })).toThrow(
      'ttlMs',
    );
  });
});

const letters = (value: string): string[] =>
  ['alpha', 'beta', 'bravo'].filter(word => word.startsWith(value));
const completing = create({
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  prompts: [
    definePrompt({
      name: 'greet',
      title: 'Greeting',
      description: 'Greets.',
      arguments: {
        name: { description: 'Whom', required: true, complete: letters },
        place: { complete: (_value, { arguments: chosen }) => [`with ${chosen['name'] ?? 'nobody'}`] },
        many: { complete: () => Array.from({ length: 150 }, (_, index) => String(index)) },
        broken: {
          complete: () => {
            throw new Error('secret');
          },
        },
      },
      handler: ({ name, place }) => ({
        description: 'Said.',
        messages: [{ role: 'assistant', content: { type: 'text', text: `${name} ${place ?? 'anywhere'}` } }],
      }),
    }),
  ],
  resources: [
    defineResource({
      uriTemplate: 'docs://{word}',
      name: 'd',
      description: 'D.',
      complete: { word: letters },
      read: () => '',
    }),
  ],
});

describe.each([
  ['2026-07-28', askModern(completing)],
  ['2025', askLegacy(completing)],
])('prompts of %s', (_era, ask) => {
  const ref = { type: 'ref/prompt', name: 'greet' };
  const complete = async (name: string, value: string, more: object = {}) =>
    (await ask('completion/complete', { ref, argument: { name, value }, ...more })).result?.['completion'];

  it('are listed and got', async () => {
    expect((await ask('prompts/list')).result?.['prompts']).toEqual([
      {
        name: 'greet',
        title: 'Greeting',
        description: 'Greets.',
        arguments: [
          { name: 'name', description: 'Whom', required: true },
          { name: 'place' },
          { name: 'many' },
          { name: 'broken' },
        ],
      },
    ]);
    expect((await ask('prompts/get', { name: 'greet', arguments: { name: 'Ada' } })).result).toMatchObject({
      description: 'Said.',
      messages: [{ role: 'assistant', content: { type: 'text', text: 'Ada anywhere' } }],
    });
    for (const wrong of [
      {},
      { name: 'none' },
      { name: 'greet' },
      { name: 'greet', arguments: { name: 7 } },
      { name: 'greet', arguments: [] },
    ]) {
      expect(await ask('prompts/get', wrong)).toMatchObject({ error: { code: -32602 } });
    }
  });

  it('complete their arguments', async () => {
    expect(await complete('name', 'b')).toEqual({ values: ['beta', 'bravo'] });
    expect(await complete('place', '', { context: { arguments: { name: 'Ada' } } })).toEqual({
      values: ['with Ada'],
    });
    expect(await complete('many', '')).toMatchObject({ total: 150, hasMore: true });
    expect(await complete('unknown', '')).toEqual({ values: [] });
    const argument = { name: 'word', value: 'a' };
    const template = { type: 'ref/resource', uri: 'docs://{word}' };
    expect((await ask('completion/complete', { ref: template, argument })).result).toMatchObject({
      completion: { values: ['alpha'] },
    });
    const broken = await ask('completion/complete', { ref, argument: { name: 'broken', value: '' } });
    expect(broken.error?.code).toBe(-32603);
    expect(JSON.stringify(broken)).not.toContain('secret');
    for (const wrong of [
      { ref, argument: { name: 1, value: '' } },
      { ref: { type: 'ref/prompt', name: 'none' }, argument },
      { ref: { type: 'ref/what' }, argument },
      { argument },
    ]) {
      expect(await ask('completion/complete', wrong)).toMatchObject({ error: { code: -32602 } });
    }
  });
});

describe('x-mcp-header', () => {
  const properties = {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    at: { type: 'object', properties: { row: { type: 'integer', 'x-mcp-header': 'Row' } } },
  };
  const server = create({
    tools: [
      defineTool({
        name: 't',
        description: 'T.',
        input: { type: 'object', properties },
        handler: () => 'ok',
      }),
    ],
  });
  const call = async (args: object, given: Record<string, string>) => {
    const headers: Record<string, string> = {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 't',
      ...given,
    };
    const meta = createMeta({ header: name => headers[name] });
    const { error } = await askModern(server)('tools/call', { name: 't', arguments: args }, meta);
    return error?.code ?? 'ok';
  };

  it('is compared with the arguments', async () => {
    const region = { region: 'EU' };
    expect(await call(region, { 'mcp-param-region': 'EU' })).toBe('ok');
    expect(await call({ region: 'Zürich' }, { 'mcp-param-region': '=?base64?WsO8cmljaA==?=' })).toBe('ok');
    expect(await call({ at: { row: 7 } }, { 'mcp-param-row': '7' })).toBe('ok');
    expect(await call({}, {})).toBe('ok');
    for (const [args, headers] of [
      [region, {}],
      [region, { 'mcp-param-region': 'US' }],
      [region, { 'mcp-param-region': '=?base64?RVU?=' }],
      [{}, { 'mcp-param-region': 'EU' }],
      [{ at: { row: 7 } }, { 'mcp-param-row': '8' }],
    ] as const) {
      expect(await call(args, headers)).toBe(-32020);
    }
    // Over a transport without headers there is nothing to compare.
    expect((await askModern(server)('tools/call', { name: 't', arguments: region })).error).toBeUndefined();
  });

  it.each([
    { a: { type: 'number', 'x-mcp-header': 'A' } },
    { a: { type: 'string', 'x-mcp-header': 'a b' } },
    { a: { type: 'string', 'x-mcp-header': 'A' }, b: { type: 'string', 'x-mcp-header': 'a' } },
    { a: { type: 'array', items: { type: 'string', 'x-mcp-header': 'A' } } },
    { a: { anyOf: [{ type: 'string', 'x-mcp-header': 'A' }] } },
  ])('is refused where clients would refuse the tool: %j', wrong => {
    const tool = {
      name: 't',
      description: 'T.',
      input: { type: 'object', properties: wrong },
      handler: () => '',
    };
    expect(() => create({ tools: [tool] })).toThrow(/Tool "t": input/);
  });

  it('may be the name of a property', () => {
    const properties = { 'x-mcp-header': { type: 'string' } };
    const tool = { name: 't', description: 'T.', input: { type: 'object', properties }, handler: () => '' };
    expect(() => create({ tools: [tool] })).not.toThrow();
  });
});

describe('trace context', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const server = create({
    tools: [
      defineTool({
        name: 'trace',
        description: 'T.',
        input,
        handler: (_args, { trace }) => JSON.stringify(trace ?? null),
      }),
    ],
  });
  const trace = async (_meta: object, headers: Record<string, string> = {}) => {
    const { result } = await askLegacy(server)(
      'tools/call',
      { name: 'trace', _meta },
      createMeta({ header: name => headers[name] }),
    );
    return JSON.parse((result?.['content'] as { text: string }[] | undefined)?.[0]?.text ?? '') as unknown;
  };

  it('comes from the body, else the headers, and has to be one', async () => {
    expect(await trace({ traceparent, tracestate: 'a=b' }, { baggage: 'no' })).toEqual({
      traceparent,
      tracestate: 'a=b',
    });
    expect(await trace({}, { traceparent, baggage: 'x=1' })).toEqual({ traceparent, baggage: 'x=1' });
    expect(await trace({ traceparent: 'nonsense' })).toBeNull();
    expect(await trace({})).toBeNull();
  });
});
