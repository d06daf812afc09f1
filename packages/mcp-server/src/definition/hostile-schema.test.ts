import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createMcpServer } from '../server.ts';
import { createSchemaCompiler } from './compiled-schema.ts';
import { defineTool, type JsonSchema } from './define-tool.ts';
import { measureSchema } from './schema-cost.ts';

const compile = createSchemaCompiler();

function nest(depth: number, wrap: (inner: object) => object): JsonSchema {
  let schema: object = { type: 'string' };
  for (let level = 0; level < depth; level += 1) schema = wrap(schema);
  return { type: 'object', properties: { a: schema } };
}
function deep(depth: number): unknown {
  let value: unknown = {};
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
}
const fields = (count: number) => ({
  type: 'object',
  properties: Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, { type: 'string' }])),
});
const circular: Record<string, unknown> = { type: 'object' };
circular['not'] = circular;

describe('a schema that would break the compiler is refused when the server is made', () => {
  it.each<[string, JsonSchema, RegExp]>([
    ['1,000 objects deep', nest(1000, a => ({ properties: { a } })), /nested more than 256 deep/],
    ['100,000 lists deep', nest(100_000, items => ({ items })), /nested more than 256 deep/],
    ['an object that holds itself', circular, /nested more than 256 deep/],
    ['4,000 fields', fields(4000), /too large to be compiled/],
    ['10,000 fields', fields(10_000), /more than 5000 parts/],
    ['a long pattern', { type: 'object', properties: { a: { pattern: 'a?'.repeat(4000) } } }, /"pattern"/],
  ])('%s', (_, input, message) => {
    const tool = defineTool({ name: 'target', description: 'For tests.', input, handler: () => 'ok' });
    const create = () => createMcpServer({ name: 's', version: '1', design: false, tools: [tool] });
    expect(create).toThrow(expect.objectContaining({ code: 'definition_invalid' }));
    expect(create).toThrow(message);
    expect(create).toThrow(/^Tool "target": input: its JSON Schema /);
  });
});

describe('a check that would not end is stopped, and the next value is checked', () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => {
      const ref = { $ref: `#/$defs/d${at + 1}` };
      return [`d${at}`, { anyOf: [ref, ref] }];
    }),
  );
  const slow = /takes too long/;
  it.each<[string, JsonSchema, unknown, unknown]>([
    [
      'a pattern that tries everything',
      { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } },
      { a: `${'a'.repeat(60)}!` },
      { a: 'aaa' },
    ],
    [
      'a pattern on names of fields',
      { type: 'object', patternProperties: { '(a|a)*$': { type: 'number' } } },
      { [`${'a'.repeat(60)}!`]: 1 },
      { a: 1 },
    ],
    [
      'references that double',
      {
        type: 'object',
        $defs: { ...doubling, d60: { type: 'string' } },
        properties: { a: { $ref: '#/$defs/d0' }, b: { type: 'string' } },
      },
      { a: 1 },
      { b: 'x' },
    ],
    [
      'objects compared in pairs',
      { type: 'object', properties: { a: { type: 'array', uniqueItems: true } } },
      { a: Array.from({ length: 100_000 }, (_, id) => ({ id })) },
      { a: [{ id: 1 }, { id: 2 }] },
    ],
  ])('%s', (_, schema, hostile, good) => {
    const { check } = compile(schema, 'input');
    expect(check(hostile)).toEqual({ ok: false, problem: expect.stringMatching(slow) });
    expect(check(good)).toEqual({ ok: true, value: good });
  });
});

describe('a value nested beyond what can be checked is wrong, not a fault of the server', () => {
  const Node = z.object({
    get a() {
      return Node.optional();
    },
  });
  it.each([
    ['JSON Schema', { type: 'object', properties: { a: { $ref: '#' } } }],
    ['zod', Node],
  ])('%s', (_, schema) => {
    const { check } = compile(schema, 'input');
    expect(check(deep(100_000))).toEqual({ ok: false, problem: expect.stringContaining('too deeply') });
    expect(check(deep(50))).toMatchObject({ ok: true });
  });
});

describe('only a schema that needs it is checked under a limit of time', () => {
  it.each<[string, JsonSchema, string]>([
    ['fields', fields(20), 'plain'],
    ['a long list of words', { enum: Array.from({ length: 50_000 }, String) }, 'plain'],
    ['an anchored pattern', { pattern: '^[a-z]{2,8}$' }, 'plain'],
    ['a date', { pattern: '^\\d{4}-\\d{2}-\\d{2}$' }, 'plain'],
    ['a field called pattern', { properties: { pattern: { type: 'string' } } }, 'plain'],
    ['references alone', { items: { $ref: '#/$defs/a', description: 'A.' }, $defs: { a: {} } }, 'plain'],
    ['two variable parts', { pattern: '^a*a*$' }, 'unbounded'],
    ['no anchor', { pattern: 'a+$' }, 'unbounded'],
    ['a group', { pattern: '^(a|b)$' }, 'unbounded'],
    ['a bracket that is not one', { pattern: '^\\[a*(b\\]+)*$' }, 'unbounded'],
    ['a reference and more', { $ref: '#/$defs/a', items: { $ref: '#' }, $defs: { a: {} } }, 'unbounded'],
    ['a recursive choice', { anyOf: [{ items: { $ref: '#' } }, {}] }, 'unbounded'],
  ])('%s', (_, schema, cost) => {
    expect(measureSchema(schema)).toBe(cost);
  });
});
