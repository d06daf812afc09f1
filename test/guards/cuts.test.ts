import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CUTS } from './cuts.ts';
import { SECTION_CUTS } from './section-cuts.ts';

// `npm run soak -- --only guards` takes the guards out one by one, and the tests named here have to fail. This keeps its
// list true.

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it.each(CUTS)('$guard is taken out at one place, and its tests are there', ({ file, text, tests }) => {
  expect(read(file).split(text)).toHaveLength(2);
  expect(tests.filter(path => !existsSync(new URL(`../../${path}`, import.meta.url)))).toEqual([]);
});

it('every section of createGuards is among them', () => {
  const source = read('packages/guards/src/create-guards.ts');
  const options = /export interface GuardsOptions \{(.*?)\n\}/s.exec(source)?.[1] ?? '';
  const sections = [...options.matchAll(/readonly (\w+)\?:/g)].map(([, name]) => name);
  expect(sections.length).toBeGreaterThan(10);
  expect(new Set(SECTION_CUTS.map(({ guard }) => guard))).toEqual(new Set(sections));
});
