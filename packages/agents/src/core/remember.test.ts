import { expect, it } from 'vitest';
import { rememberWithin } from './remember.ts';

it('keeps so many, and so much together, what came last', () => {
  const known = new Map<string, { size: number }>();
  const most = { count: 3, size: 10 };
  for (const [key, size] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['c', 4],
  ] as const)
    rememberWithin(known, key, { size }, most);
  expect([...known.keys()]).toEqual(['b', 'a', 'c']);
  rememberWithin(known, 'd', { size: 1 }, most);
  expect([...known.keys()]).toEqual(['a', 'c', 'd']);
  rememberWithin(known, 'e', { size: 9 }, most);
  expect([...known.keys()]).toEqual(['d', 'e']);
});
