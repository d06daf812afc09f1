import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EMPTY_NAMES, SOURCE_LINES, TEST_LINES } from './rules.ts';
import { readSources, ROOT } from './source-file.ts';

const places = ['packages', 'examples', 'test', 'scripts', 'bench', 'conformance'];
const files = readSources(...places.map(place => `${place}/**/*.{ts,tsx,mjs}`));

test('the walk found the files', () => {
  const packages = globSync('packages/*', { cwd: ROOT });
  for (const folder of packages) {
    const prefix = `${folder.replaceAll('\\', '/')}/`;
    expect(
      files.some(file => file.path.startsWith(prefix)),
      `no file found in ${prefix}`,
    ).toBe(true);
  }
  expect(files.some(file => file.path.startsWith('scripts/'))).toBe(true);
});

test(`no file is longer than ${SOURCE_LINES} lines, no test than ${TEST_LINES}`, () => {
  const long = files.filter(
    ({ path, text }) => text.split('\n').length - 1 > (path.includes('.test.') ? TEST_LINES : SOURCE_LINES),
  );
  expect(long.map(file => file.path)).toEqual([]);
});

test('names are kebab-case and say what is in the file', () => {
  const bad = files.flatMap(({ path }) =>
    path.split('/').flatMap(part => {
      const name = part.replace(/\.(config|test|d)?\.?(ts|tsx|mjs)$/, '');
      const words = name.split(/[-.]/);
      const kebab = /^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name) || /^_[a-z]/.test(name);
      return kebab && !words.some(word => EMPTY_NAMES.includes(word)) ? [] : [path];
    }),
  );
  expect(bad).toEqual([]);
});
