import { expect, test } from 'vitest';
import { z } from 'zod';
import { formatCursor, parseCursor } from './cursors.ts';

const schema = z.strictObject({ after: z.string(), id: z.string() });
const value = { after: '2026-08-01T10:00:00Z', id: 'ag_é✓' };

test('a cursor gives back what was put in, and is safe in a URL', () => {
  const cursor = formatCursor('agents', value);
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(parseCursor('agents', schema, cursor)).toEqual({ ok: true, value });
});

test('changing, dropping or adding any one character is noticed', () => {
  const cursor = formatCursor('agents', value);
  for (let i = 0; i < cursor.length - 1; i += 1) {
    const other = cursor[i] === 'A' ? 'B' : 'A';
    expect(parseCursor('agents', schema, cursor.slice(0, i) + other + cursor.slice(i + 1))).toEqual({
      ok: false,
    });
    expect(parseCursor('agents', schema, cursor.slice(0, i))).toEqual({ ok: false });
  }
  expect(parseCursor('agents', schema, `${cursor}AAAA`)).toEqual({ ok: false });
});

test.each(['', '%', 'null', 'bnVsbA', 'W10', '....', 'é'])('%j is no cursor', text => {
  expect(parseCursor('agents', schema, text)).toEqual({ ok: false });
});

test('a cursor of another list, or of an older shape, does not count', () => {
  expect(parseCursor('connectors', schema, formatCursor('agents', value))).toEqual({ ok: false });
  expect(parseCursor('agents', schema, formatCursor('agents', { after: 1 }))).toEqual({ ok: false });
});
