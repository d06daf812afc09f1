import { expect, test } from 'vitest';
import { backoffMs, longestWaitMs } from './backoff.ts';

test('the wait doubles up to its limit, and chance halves it at most', () => {
  const most = [1, 2, 3, 4, 5, 60].map(failures => backoffMs(failures, { capMs: 1_000, random: () => 1 }));
  expect(most).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(backoffMs(3, { capMs: 1_000, random: () => 0 })).toBe(200);
});

test('a server that refuses at once is asked about every second, one that keeps everybody waiting seldom', () => {
  expect([1, 1_000, 10_000, 60_000].map(longestWaitMs)).toEqual([800, 4_000, 40_000, 60_000]);
});
