import { expect, test } from 'vitest';
import { firstLines, wrapText } from './wrap-text.ts';

test('lines are broken between words and stay within the width', () => {
  const wrapped = wrapText(`${'word '.repeat(40)}\n${'x'.repeat(50)}`, 30);
  for (const line of wrapped.split('\n')) expect(line.length).toBeLessThanOrEqual(30);
  expect(wrapped.replaceAll(/\s/g, '')).toBe(`${'word'.repeat(40)}${'x'.repeat(50)}`);
});

test('a long text is cut with a count of what was left out', () => {
  expect(firstLines('a\nb\nc\nd', 2)).toBe('a\nb\n… 2 more lines');
  expect(firstLines('a\nb', 2)).toBe('a\nb');
});

test('a row of a Markdown table stays one line', () => {
  expect(wrapText(`| ${'cell | '.repeat(10)}`, 20)).toBe('| cell | cell | cel…');
});
