import { expect, test } from 'vitest';
import { findRows, toTable } from './table.ts';

const rows = [
  { id: 1, name: 'Ada', created_at: '2026-11-20T08:00:00.000Z' },
  { id: 2, name: 'A name that is much longer than the others are', created_at: null },
  { id: 3, name: 'Bo', email: 'bo@example.org' },
];

test('columns are the names of all rows, cells stand below them', () => {
  expect(toTable(rows.slice(0, 1), { width: 60, limit: 5 })).toBe(
    ['id  name  created_at', '──  ────  ──────────', '1   Ada   2026-11-20'].join('\n'),
  );
  expect(toTable(rows, { width: 200, limit: 5 }).split('\n')[0]).toContain('email');
});

test('no line is wider than asked, and what was left out is counted', () => {
  const table = toTable(rows, { width: 40, limit: 2 });
  for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  expect(table).toContain('…');
  expect(table.split('\n').at(-1)).toBe('… 1 more');
});

test('rows are found wherever they lie in a structured result', () => {
  expect(findRows({ row_count: 1, rows: [{ a: 1 }] })).toEqual([{ a: 1 }]);
  expect(findRows([{ a: 1 }])).toEqual([{ a: 1 }]);
  expect(findRows({ numbers: [1, 2], text: 'x' })).toBeUndefined();
  expect(findRows([])).toBeUndefined();
});
