import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createSchemaCompiler, type Checked } from './compiled-schema.ts';
import type { ToolSchema } from './define-tool.ts';

const compile = createSchemaCompiler();

async function problemOf(schema: ToolSchema, value: unknown): Promise<string> {
  const checked: Checked = await compile(schema, 'input').check(value);
  return checked.ok ? 'no problem' : checked.problem;
}

const order = {
  type: 'object',
  properties: {
    item: { type: 'string', minLength: 2 },
    count: { type: 'integer' },
    priority: { type: 'string', enum: ['low', 'high'] },
    to: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['item'],
  additionalProperties: false,
};
const zodOrder = z.strictObject({
  item: z.string(),
  count: z.int().optional(),
  priority: z.enum(['low', 'high']).optional(),
  to: z.object({ city: z.string() }).optional(),
  tags: z.array(z.string()).optional(),
});

describe('a problem says field, expectation and kind of value, from JSON Schema and zod alike', () => {
  it.each([
    [{}, '"item" is required but missing'],
    [{ item: 5 }, '"item" must be a string, got a number'],
    [{ item: null }, '"item" must be a string, got null'],
    [{ item: 'tea', priority: 'hgih' }, '"priority" must be one of "low", "high", got "hgih"'],
    [{ item: 'tea', to: {} }, '"to.city" is required but missing'],
    [{ item: 'tea', to: [] }, '"to" must be an object, got an array'],
    [{ item: 'tea', tags: ['a', true] }, '"tags.1" must be a string, got a boolean'],
    [{ item: 'tea', colour: 'red' }, '"colour" is not a known field'],
  ])('%j', async (value, problem) => {
    expect(await problemOf(order, value)).toBe(problem);
    expect(await problemOf(zodOrder, value)).toBe(problem);
  });

  it('says so for rules without words of their own, too', async () => {
    expect(await problemOf(order, { item: 'x' })).toMatch(/^"item" must NOT have fewer than 2 characters/);
    expect(await problemOf(z.object({ item: z.string().min(2) }), { item: 'x' })).toMatch(
      /^"item" is not valid: /,
    );
  });

  it('shows a few problems of many', async () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, z.string()]));
    expect(await problemOf(z.object(many), {})).toMatch(/; and 4 more$/);
  });

  it('does not show long values', async () => {
    const value = { item: 'tea', priority: 'x'.repeat(5000) };
    expect(await problemOf(order, value)).toMatch(/got a string$/);
  });
});

describe('zod', () => {
  it('fills defaults in and transforms', () => {
    const schema = z.object({ at: z.string().transform(text => text.length), limit: z.number().default(10) });
    expect(compile(schema, 'input').check({ at: 'four' })).toEqual({ ok: true, value: { at: 4, limit: 10 } });
  });

  it('publishes what goes in, not what comes out of a transform', () => {
    const schema = z.object({ at: z.string().transform(text => text.length), limit: z.number().default(10) });
    expect(compile(schema, 'input').published).toMatchObject({
      type: 'object',
      properties: { at: { type: 'string' }, limit: { type: 'number', default: 10 } },
      required: ['at'],
    });
  });

  it('waits for asynchronous refinements', async () => {
    const even = z.object({ n: z.number().refine(async n => n % 2 === 0, 'must be even') });
    const { check } = compile(even, 'input');
    expect(await check({ n: 2 })).toEqual({ ok: true, value: { n: 2 } });
    expect(await check({ n: 3 })).toMatchObject({ ok: false });
    expect(await check({ n: 4 })).toMatchObject({ ok: true });
  });

  it('refuses what JSON cannot carry', () => {
    expect(() => compile(z.object({ at: z.date() }), 'input')).toThrow(/zod schema has no JSON Schema form/);
  });
});

describe('JSON Schema', () => {
  it('is published word for word', () => {
    const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', 'x-mine': [1] };
    expect(compile(schema, 'input').published).toBe(schema);
  });

  it('may use the keywords of 2020-12 and references within itself', async () => {
    const schema = {
      type: 'object',
      $defs: {
        point: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }], items: false },
      },
      properties: { at: { $ref: '#/$defs/point' } },
      unevaluatedProperties: false,
    };
    expect(await problemOf(schema, { at: [1, 2] })).toBe('no problem');
    expect(await problemOf(schema, { at: [1, 'two'] })).toBe('"at.1" must be a number, got a string');
    expect(await problemOf(schema, { up: 1 })).toBe('"up" is not a known field');
  });

  it('may be of draft-07', async () => {
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { at: { type: 'array', items: [{ type: 'number' }] } },
    };
    expect(await problemOf(schema, { at: ['one'] })).toBe('"at.0" must be a number, got a string');
  });

  it('may use the same $id twice', () => {
    const schema = (type: string) => ({
      $id: 'https://example.com/s',
      type: 'object',
      properties: { a: { type } },
    });
    expect(compile(schema('string'), 'input').check({ a: 'x' })).toMatchObject({ ok: true });
    expect(compile(schema('number'), 'input').check({ a: 1 })).toMatchObject({ ok: true });
  });

  it.each([
    [{ type: 'object', properties: { a: { $ref: 'https://example.com/a.json' } } }, /cannot be compiled/],
    [{ type: 'objekt' }, /cannot be compiled/],
    [{ $schema: 'http://json-schema.org/draft-03/schema#', type: 'object' }, /dialect .* is not supported/],
  ])('is refused: %j', (schema, message) => {
    expect(() => compile(schema, 'input')).toThrow(message);
  });
});
