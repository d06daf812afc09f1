import { expect, test } from 'vitest';
import { nameTools } from './tool-names.ts';

const names = (functions: string[], tools: [connector: string, name: string][]) =>
  nameTools(
    functions.map(name => ({ name, item: `caller ${name}` })),
    tools.map(([connector, name]) => ({ connector, name, item: `${connector} ${name}` })),
  ).map(({ name, item }) => [name, item]);

test('a name that only one server has stays as it is', () => {
  expect(
    names(
      [],
      [
        ['crm', 'lookup'],
        ['billing', 'invoice'],
      ],
    ),
  ).toEqual([
    ['lookup', 'crm lookup'],
    ['invoice', 'billing invoice'],
  ]);
});

test('a name that two servers have gets the connector before it, on both', () => {
  expect(
    names(
      [],
      [
        ['crm', 'search'],
        ['docs', 'search'],
      ],
    ),
  ).toEqual([
    ['crm_search', 'crm search'],
    ['docs_search', 'docs search'],
  ]);
});

test("the caller's own function keeps its name", () => {
  expect(names(['search'], [['docs', 'search']])).toEqual([
    ['search', 'caller search'],
    ['docs_search', 'docs search'],
  ]);
});

test('names that vendors refuse are made plain, and stay apart', () => {
  expect(
    names(
      [],
      [
        ['a', 'files.read'],
        ['a', 'files/read'],
      ],
    ),
  ).toEqual([
    ['a_files_read', 'a files.read'],
    ['a_files_read_2', 'a files/read'],
  ]);
});

test('no name is longer than vendors allow, also when it must be told apart', () => {
  const long = 'x'.repeat(80);
  const made = names(
    [],
    [
      ['a', long],
      ['b', `${long}y`],
      ['c', long],
    ],
  ).map(([name]) => name);
  expect(new Set(made).size).toBe(3);
  for (const name of made) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
});

test('the same tools in the same order get the same names', () => {
  const tools: [string, string][] = [
    ['a', 'x'],
    ['b', 'x'],
    ['b', 'y'],
  ];
  expect(names([], tools)).toEqual(names([], tools));
});
