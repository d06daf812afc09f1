import { expect, it } from 'vitest';
import { parseWorkerCount } from './worker-count.ts';

it.each<[string[], Record<string, string>, number]>([
  [[], {}, 1],
  [['--workers', '4'], { WORKERS: '2' }, 4],
  [['--workers=3'], {}, 3],
  [['--other'], { WORKERS: ' 2 ' }, 2],
  [[], { WORKERS: '' }, 1],
])('of %j and %j is %d', (argv, environment, count) => {
  expect(parseWorkerCount(argv, environment)).toBe(count);
});

it.each([
  [['--workers']],
  [['--workers', 'many']],
  [['--workers=0']],
  [['--workers=1.5']],
  [['--workers=9999']],
])('refuses %j', argv => {
  expect(() => parseWorkerCount(argv)).toThrow(
    /^--workers is ".*"\. Give the number of processes that serve/,
  );
});

it('names the variable that is wrong', () => {
  expect(() => parseWorkerCount([], { WORKERS: 'x' })).toThrow(/^WORKERS is "x"/);
});
