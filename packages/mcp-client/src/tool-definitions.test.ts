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
