import { expect, it } from 'vitest';
import { createRestartDelay } from './restart-delay.ts';

it('is none for the first death, longer for each in a row, and none again after a long life', () => {
  const { afterLife } = createRestartDelay();
  expect([50, 50, 50, 50].map(afterLife)).toEqual([0, 100, 200, 400]);
  expect(Array.from({ length: 20 }, () => afterLife(50)).at(-1)).toBe(10_000);
  expect(afterLife(60_000)).toBe(0);
  expect(afterLife(50)).toBe(0);
});
