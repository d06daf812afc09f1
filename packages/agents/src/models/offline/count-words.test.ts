import { expect, it } from 'vitest';
import { COUNTED_CHARACTERS, countWords } from './count-words.ts';

it('counts the words of every text in a value', () => {
  expect(countWords('one two\n three')).toBe(3);
  expect(countWords([{ role: 'user', content: [{ text: 'Hello there' }] }, 7, null])).toBe(3);
  expect(countWords([])).toBe(0);
});

it('looks at the start of a long text only', () => {
  const start = 'word '.repeat(COUNTED_CHARACTERS / 5);
  expect(countWords(start + 'x'.repeat(COUNTED_CHARACTERS))).toBe(countWords(start) * 2);
  expect(countWords(start + ' x'.repeat(COUNTED_CHARACTERS / 2))).toBe(countWords(start) * 2);
});

it('counts in a value that is nested deeper than a stack', () => {
  let deep: unknown = 'here';
  for (let level = 0; level < 200_000; level += 1) deep = [deep];
  expect(countWords(deep)).toBe(1);
});
