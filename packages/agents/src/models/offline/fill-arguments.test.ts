import type { JSONSchema7, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { answerOffline } from './answer-offline.ts';
import type { OfflineAnswer } from './answer-offline.ts';

type Tool = NonNullable<LanguageModelV4CallOptions['tools']>[number];

const tool = (name: string, description: string, properties: object, required: string[]): Tool => ({
  type: 'function',
  name,
  description,
  inputSchema: { type: 'object', properties, required } as JSONSchema7,
});
const ask = (text: string, tools: Tool[]): OfflineAnswer =>
  answerOffline({ prompt: [{ role: 'user', content: [{ type: 'text', text }] }], tools });

describe('arguments', () => {
  const args = (text: string, properties: object, required: string[] = Object.keys(properties)) =>
    ask(text, [tool('do_thing', 'Does it', properties, required)]).calls[0]?.args;

  it.each<[string, object, object]>([
    [
      'do_thing with {"a": 1, "b": ["x"]}',
      { a: { type: 'number' }, b: { type: 'array', items: { type: 'string' } } },
      { a: 1, b: ['x'] },
    ],
    [
      'do_thing title: Login broken, priority=high',
      { title: { type: 'string' }, priority: { enum: ['low', 'high'] } },
      { title: 'Login broken', priority: 'high' },
    ],
    [
      'do_thing "first one" and \'second one\'',
      { a: { type: 'string' }, b: { type: 'string' } },
      { a: 'first one', b: 'second one' },
    ],
    [
      'do_thing for ada@example.com, see https://example.com/a?b=1.',
      { contact_email: { type: 'string', format: 'email' }, link: { type: 'string', format: 'uri' } },
      { contact_email: 'ada@example.com', link: 'https://example.com/a?b=1' },
    ],
    [
      'do_thing from 2026-01-02 with 3 copies',
      { start_date: { type: 'string', format: 'date' }, copies: { type: 'integer' } },
      { start_date: '2026-01-02', copies: 3 },
    ],
    ['do_thing order ORD-1042', { order_id: { type: 'string' } }, { order_id: 'ORD-1042' }],
    ['do_thing with 3 and 4.5', { x: { type: 'number' }, y: { type: 'number' } }, { x: 3, y: 4.5 }],
    [
      'do_thing in a high-priority way, not urgent',
      { priority: { type: 'string', enum: ['low', 'high'] }, urgent: { type: 'boolean' } },
      { priority: 'high', urgent: false },
    ],
    [
      'do_thing tags: red, green and blue',
      { tags: { type: 'array', items: { type: 'string' } } },
      { tags: ['red', 'green', 'blue'] },
    ],
    [
      'do_thing on monday and friday',
      { days: { type: 'array', items: { enum: ['monday', 'tuesday', 'friday'] } } },
      { days: ['monday', 'friday'] },
    ],
    [
      'do_thing with size 5',
      { box: { type: 'object', properties: { size: { type: 'integer' } }, required: ['size'] } },
      { box: { size: 5 } },
    ],
    ['do_thing `rm -rf x`', { command: { type: 'string' } }, { command: 'rm -rf x' }],
    ['do_thing now', { kind: { const: 'fixed' } }, { kind: 'fixed' }],
    [
      'do_thing about the printer being on fire',
      { title: { type: 'string' }, description: { type: 'string' } },
      { title: 'printer being on fire', description: 'printer being on fire' },
    ],
  ])('%s', (text, properties, expected) => {
    expect(args(text, properties)).toEqual(expected);
  });

  it('follows references and alternatives', () => {
    const schema = {
      type: 'object',
      properties: {
        level: { $ref: '#/$defs/Level' },
        count: { anyOf: [{ type: 'null' }, { type: 'integer' }] },
      },
      required: ['level', 'count'],
      $defs: { Level: { type: 'string', enum: ['gold', 'silver'] } },
    };
    const answer = ask('do_thing gold, count 3', [
      { type: 'function', name: 'do_thing', inputSchema: schema as JSONSchema7 },
    ]);
    expect(answer.calls[0]?.args).toEqual({ level: 'gold', count: 3 });
  });

  it('uses a default for what must be there and leaves the rest out', () => {
    expect(
      args('do_thing', { a: { type: 'integer', default: 5 }, b: { type: 'string', default: 'x' } }, ['a']),
    ).toEqual({ a: 5 });
  });

  it('does not call without a required argument, and says which is missing', () => {
    const answer = ask('Post a letter', [
      tool(
        'post_letter',
        '',
        { to: { type: 'string' }, subject: { type: 'string' }, body: { type: 'string' } },
        ['to', 'subject', 'body'],
      ),
    ]);
    expect(answer.calls).toEqual([]);
    expect(answer.text).toMatch(/post_letter.* does not say to, subject, body/);
  });

  it('never puts loose words where an id belongs', () => {
    expect(args('do_thing for the nice customer', { customer_id: { type: 'string' } })).toBeUndefined();
  });

  it('ends soon on texts and schemas made to be slow', () => {
    const nasty = [
      '{'.repeat(50_000),
      '"'.repeat(50_000),
      'a '.repeat(25_000),
      'SELECT '.repeat(8_000),
      '(a'.repeat(20_000),
      'a'.repeat(50_000),
      '“'.repeat(50_000),
    ];
    const properties = {
      query: { type: 'string', description: `SQL ${'(x'.repeat(5_000)}` },
      id: { type: 'string', pattern: '^(a+)+$' },
    };
    for (const text of nasty)
      expect(
        ask(`do_thing ${text}`, [tool('do_thing', 'a('.repeat(5_000), properties, ['query'])]),
      ).toBeDefined();
  });
});
