import { describe, expect, test } from 'vitest';
import { MAX_TOOLS, parseToolDefinitions } from './tool-definitions.ts';

const schema = { type: 'object', properties: { a: { type: 'string' } } };

describe('parseToolDefinitions', () => {
  test('keeps what is known and reads both spellings', () => {
    const { tools, problems } = parseToolDefinitions(
      [
        {
          name: 'a.b/c-d_e',
          title: 'T',
          description: 'D',
          inputSchema: schema,
          outputSchema: { type: 'object' },
          icons: [{ src: 'https://x/i.png', sizes: ['48x48'] }, {}],
          _meta: { x: 1 },
        },
        { name: 'rest', input_schema: { properties: {} }, _meta: { 'io.tramontane/idempotent': true } },
        {
          name: 'hints',
          inputSchema: schema,
          annotations: { title: 'H', readOnlyHint: true, destructiveHint: 'false', extra: 1 },
        },
        { name: 'text_flag', inputSchema: schema, _meta: { 'io.tramontane/idempotent': 'true' } },
      ],
      'mcp-2025',
    );
    expect(problems).toEqual([]);
    expect(tools).toEqual([
      {
        name: 'a.b/c-d_e',
        title: 'T',
        description: 'D',
        inputSchema: schema,
        outputSchema: { type: 'object' },
        icons: [{ src: 'https://x/i.png', sizes: ['48x48'] }],
        takesIdempotencyKey: false,
        meta: { x: 1 },
      },
      {
        name: 'rest',
        inputSchema: { type: 'object', properties: {} },
        takesIdempotencyKey: true,
        meta: { 'io.tramontane/idempotent': true },
      },
      {
        name: 'hints',
        inputSchema: schema,
        annotations: { title: 'H', readOnlyHint: true },
        takesIdempotencyKey: false,
      },
      {
        name: 'text_flag',
        inputSchema: schema,
        takesIdempotencyKey: false,
        meta: { 'io.tramontane/idempotent': 'true' },
      },
    ]);
  });

  test('stops at the largest number', () => {
    const many = Array.from({ length: MAX_TOOLS + 5 }, (_, index) => ({
      name: `t${index}`,
      inputSchema: schema,
    }));
    const { tools, problems } = parseToolDefinitions(many, 'rest');
    expect([tools.length, problems.length]).toEqual([MAX_TOOLS, 1]);
  });

  const nested = (levels: number): Record<string, unknown> => {
    let node: Record<string, unknown> = { type: 'string' };
    for (let level = 0; level < levels; level += 1) node = { properties: { a: node } };
    return node;
  };
  test.each<[string, Record<string, unknown>, string | undefined]>([
    [
      'a definition',
      { properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { type: 'string' } } },
      undefined,
    ],
    ['the old keyword', { items: { $ref: '#/definitions/A' }, definitions: { A: true } }, undefined],
    ['itself', { properties: { child: { $ref: '#' } } }, undefined],
    ['an escaped name', { $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': {} } }, undefined],
    ['an item of a list', { anyOf: [{}, { $ref: '#/anyOf/0' }] }, undefined],
    ['an anchor', { $ref: '#here', $defs: { A: { $anchor: 'here' } } }, undefined],
    ['a property of that name', { properties: { $ref: { type: 'string' } } }, undefined],
    ['data of that name', { properties: { a: { default: { $ref: 'http://x/' } } } }, undefined],
    ['a deep schema', nested(50_000), undefined],
    ['the web', { properties: { a: { $ref: 'https://x.example/s.json#/A' } } }, 'outside'],
    ['a file', { allOf: [{ $ref: 'file:///etc/passwd' }] }, 'outside'],
    ['a neighbour', { $defs: { A: { $ref: 'other.json' } } }, 'outside'],
    [
      'nothing',
      { properties: { a: { $ref: '#/$defs/B' } }, $defs: { A: {} } },
      '"#/$defs/B", which does not',
    ],
    ['a prototype', { $ref: '#/constructor' }, 'does not exist'],
    ['what is no schema', { $ref: '#/title', title: 'T' }, 'does not exist'],
    ['an anchor of nobody', { $ref: '#there' }, 'does not exist'],
    ['a broken escape', { $ref: '#/%zz' }, 'does not exist'],
    ['no text', { properties: { a: { $ref: 7 } } }, 'not text'],
  ])('references: to %s', (_name, parts, fault) => {
    const { tools, problems } = parseToolDefinitions(
      [
        { name: 'x', inputSchema: { ...parts, type: 'object' } },
        { name: 'other', inputSchema: schema },
      ],
      'mcp-2025',
    );
    expect(tools.map(tool => tool.name)).toEqual(fault === undefined ? ['x', 'other'] : ['other']);
    expect(problems.length).toBe(fault === undefined ? 0 : 1);
    if (fault !== undefined) expect(problems[0]).toMatch(/^Tool "x" was left out: its input schema/);
    expect(problems[0] ?? '').toContain(fault ?? '');
  });

  const property = (given: unknown): Record<string, unknown> => ({ properties: { a: given } });
  test.each<[string, Record<string, unknown>, string | undefined]>([
    [
      'words of later drafts',
      { ...property({ prefixItems: [{}] }), $defs: {}, dependentRequired: {} },
      undefined,
    ],
    ['several items', property({ type: 'array', items: [{}, true] }), undefined],
    ['a pattern of another language', property({ pattern: '(?P<x>a)' }), undefined],
    [
      'a property of any name',
      { properties: { type: {}, required: true, enum: { type: ['string', 'null'] } } },
      undefined,
    ],
    [
      'a choice of very many',
      property({ enum: Array.from({ length: 60_000 }, (_, n) => ({ n })) }),
      undefined,
    ],
    ['a type that is none', property({ type: 'strng' }), '/properties/a/type'],
    ['a property that is none', property(null), '/properties/a must be'],
    ['properties in a list', { properties: [] }, '/properties must be object'],
    ['required as text', { required: 'a' }, '/required must be array'],
    ['a choice of one value that is no list', property({ enum: 'x' }), '/properties/a/enum'],
    [
      'far inside',
      property({ anyOf: [{ items: { minLength: '1' } }] }),
      '/properties/a/anyOf/0/items/minLength',
    ],
  ])('form: %s', (_name, parts, fault) => {
    const given = [
      { name: 'x', inputSchema: { ...parts, type: 'object' } },
      { name: 'other', inputSchema: schema },
    ];
    const { tools, problems } = parseToolDefinitions(given, 'rest');
    expect(tools.map(tool => tool.name)).toEqual(fault === undefined ? ['x', 'other'] : ['other']);
    expect(problems.join()).toContain(fault ?? '');
  });

  const marked = (mark: unknown, type = 'string'): object => ({ type, 'x-mcp-header': mark });
  test.each([
    [
      'good',
      {
        properties: {
          region: marked('Region'),
          deep: { type: 'object', properties: { n: marked('N', 'integer') } },
        },
      },
      true,
    ],
    ['a property of that name', { properties: { 'x-mcp-header': { type: 'string' } } }, true],
    ['data of that name', { properties: { a: { type: 'string', default: { 'x-mcp-header': 1 } } } }, true],
    ['empty', { properties: { a: marked('') } }, false],
    ['with a space', { properties: { a: marked('a b') } }, false],
    ['with a line break', { properties: { a: marked('a\r\nb') } }, false],
    ['no text', { properties: { a: marked(7) } }, false],
    ['of a number', { properties: { a: marked('A', 'number') } }, false],
    ['of an object', { properties: { a: marked('A', 'object') } }, false],
    ['twice', { properties: { a: marked('A'), b: marked('a') } }, false],
    ['in items', { properties: { a: { type: 'array', items: marked('A') } } }, false],
    ['in a branch', { anyOf: [{ properties: { a: marked('A') } }] }, false],
    ['at the root', marked('A', 'object'), false],
  ])('header parameters: %s', (_name, parts, isGood) => {
    const definition = { name: 'x', inputSchema: { ...parts, type: 'object' } };
    expect(parseToolDefinitions([definition], 'mcp-2026').tools.length).toBe(isGood ? 1 : 0);
    // Only the era that defines the mark gives it a meaning.
    expect(parseToolDefinitions([definition], 'mcp-2025').tools.length).toBe(1);
  });
});
