import { expect, test } from 'vitest';
import { toKnownBlocks } from './content-blocks.ts';

const text = (words: string): object => ({ type: 'text', text: words });
const image = { type: 'image', data: 'AAAA', mimeType: 'image/png' };

test.each<[string, unknown, unknown]>([
  ['text', text('hello'), text('hello')],
  ['extras', { ...image, _meta: { a: 1 } }, { ...image, _meta: { a: 1 } }],
  ['odd extras', { ...image, annotations: { priority: 'high' } }, image],
  [
    'an unknown type',
    { type: 'weird', size: 3 },
    text('A block of type "weird" that this client does not know: {"type":"weird","size":3}'),
  ],
  [
    'a known type in another form',
    { type: 'image', mimeType: 'image/png' },
    text('A block of type "image" that this client cannot read: {"type":"image","mimeType":"image/png"}'),
  ],
  ['no type', { text: 'x' }, text('A block without a type: {"text":"x"}')],
  ['no block', 'x', text('A part that is no content block: "x"')],
  ['nothing', null, text('A part that is no content block: null')],
])('%s', (_name, block, expected) => {
  expect(toKnownBlocks([image, block])).toEqual([image, expected]);
});

test('a long block is cut', () => {
  const [block] = toKnownBlocks([{ type: 'weird', long: 'x'.repeat(5_000) }]);
  expect(block).toMatchObject({ type: 'text', text: expect.stringMatching(/^A block .{300,400}…$/) });
});

test('a block nested too deep to be written is still named', () => {
  let deep: unknown[] = [];
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  expect(toKnownBlocks([{ type: 'weird', deep }])).toEqual([
    text('A block of type "weird" that this client does not know: (nested too deep to be shown)'),
  ]);
});
