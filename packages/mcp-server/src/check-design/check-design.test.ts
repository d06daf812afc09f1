import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineTool, type Tool } from '../definition/define-tool.ts';
import { checkDesign } from './check-design.ts';
import type { DesignRule } from './design-finding.ts';

const good = {
  name: 'search_orders',
  description: 'Finds orders of a customer, newest first. Returns their numbers and totals.',
  input: {
    type: 'object',
    properties: { customer: { type: 'string', description: 'E-mail.' } },
    required: [],
  },
  annotations: { readOnlyHint: true },
} as const;

const make = (changes: object): Tool => defineTool({ ...good, ...changes, handler: () => 'x' } as never);
const object = (properties: object, required?: string[]): object => ({
  input: { type: 'object', properties, ...(required && { required }) },
});
const flags = Object.fromEntries(
  ['a', 'b', 'c'].map(name => [name, { type: 'boolean', description: 'Whether.' }]),
);
const rulesOf = (...tools: Tool[]): DesignRule[] => checkDesign(tools).map(found => found.rule);

describe('checkDesign', () => {
  it('finds nothing in a good tool', () => {
    expect(rulesOf(make({}))).toEqual([]);
    const zod = z.object({
      customer: z.string().describe('E-mail.'),
      state: z.enum(['open', 'paid']).optional(),
    });
    expect(rulesOf(make({ input: zod }))).toEqual([]);
  });

  it.each<[DesignRule, object]>([
    ['name-refused-elsewhere', { name: 'orders.search' }],
    ['name-vague', { name: 'processData' }],
    ['description-short', { description: 'Finds.' }],
    ['description-repeats', { description: 'A tool to search the orders' }],
    [
      'catch-all',
      object({ action: { enum: ['create', 'delete'] }, data: { type: 'object', description: 'Data.' } }, []),
    ],
    ['required-not-stated', object({ customer: { type: 'string', description: 'E-mail.' } })],
    ['parameter-undescribed', object({ customer: { type: 'string' } }, [])],
    ['boolean-trap', object(flags, ['a', 'b', 'c'])],
    ['effect-not-stated', { annotations: {} }],
  ])('finds %s, and can be told not to', (rule, changes) => {
    const tool = make(changes);
    const found = checkDesign([tool]);
    expect(found.map(finding => finding.rule)).toEqual([rule]);
    // Every message says what to do: a second sentence.
    expect(found[0]?.message).toMatch(/^Tool ".+" .+[.:] .+/);
    expect(checkDesign([tool], { off: [rule] })).toEqual([]);
  });

  it('takes no offence at what only looks alike', () => {
    expect(rulesOf(make({ name: 'get_order' }))).toEqual([]);
    expect(rulesOf(make(object(flags, ['a', 'b'])))).toEqual([]);
    const typed = { type: 'object', properties: {}, description: 'Filter.' };
    expect(rulesOf(make(object({ action: { type: 'string', description: 'x' }, data: typed }, [])))).toEqual(
      [],
    );
  });

  it('compares names across the server', () => {
    const found = checkDesign([make({}), make({ name: 'orderSearch' })]);
    expect(found).toMatchObject([{ rule: 'name-repeats', tool: 'orderSearch' }]);
    expect(found[0]?.message).toContain('"search_orders"');
  });

  it('counts the tools', () => {
    const many = Array.from({ length: 41 }, (_, index) => make({ name: `search_orders_${index}` }));
    expect(rulesOf(...many)).toEqual(['too-many-tools']);
    expect(rulesOf(...many.slice(1))).toEqual([]);
  });
});
