import { expect, test } from 'vitest';
import { createRandom } from '../durability/random.ts';
import { TRICKS } from './lying-proxy.ts';
import { writeThroughLies } from './write-through-lies.ts';

test('writes through a proxy that lies are never doubled, and never lost without a mark', async () => {
  const report = await writeThroughLies(240, createRandom(7));
  expect(report.problems).toEqual([]);
  expect(report.answered + report.unknown + report.failed).toBe(240);
  expect(report.answered).toBeGreaterThan(0);
  expect(report.unknown).toBeGreaterThan(0);
  expect(Object.keys(report.tricks).toSorted()).toEqual([...new Set(TRICKS)].toSorted());
}, 120_000);
