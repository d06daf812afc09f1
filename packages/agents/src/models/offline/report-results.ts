import { findRows } from './find-rows.ts';
import type { Row } from './find-rows.ts';
import { isRecord } from './offline-tool.ts';
import type { DoneCall } from './read-turn.ts';

const MAX_ROWS = 20;
const MAX_COLUMNS = 12;
const MAX_CELL = 120;
const MAX_TEXT = 4_000;

/** What the tools answered, for a person: lists of objects as tables, the rest as text. */
export function reportResults(done: readonly DoneCall[]): string {
  return done.map(reportOne).join('\n\n');
}

function reportOne(call: DoneCall): string {
  const args = JSON.stringify(call.args) ?? '{}';
  const what = `\`${call.name}\`${args === '{}' ? '' : ` with \`${shorten(args, 300).replaceAll('`', "'")}\``}`;
  if (call.failed) return `${what} failed: ${shorten(call.text, MAX_TEXT)}`;
  if (Array.isArray(call.data) && call.data.length === 0) return `${what} found nothing.`;

  const found = findRows(call.data);
  if (found) {
    const { rows, beside } = found;
    const count = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
    const left = rows.length > MAX_ROWS ? `\n\n${rows.length - MAX_ROWS} more rows are not shown.` : '';
    const more = toLines(beside);
    return `${what} answered with ${count}:\n\n${toTable(rows)}${left}${more === '' ? '' : `\n\n${more}`}`;
  }
  if (isRecord(call.data)) return `${what} answered:\n\n${toLines(call.data) || '(an empty object)'}`;
  return `${what} answered:\n\n${shorten(call.text, MAX_TEXT)}`;
}

function toTable(rows: readonly Row[]): string {
  const columns = [...new Set(rows.slice(0, MAX_ROWS).flatMap(row => Object.keys(row)))].slice(
    0,
    MAX_COLUMNS,
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(toCell)),
    line(columns.map(() => '---')),
    ...rows.slice(0, MAX_ROWS).map(row => line(columns.map(column => toCell(row[column])))),
  ].join('\n');
}

function toLines(record: Row): string {
  return Object.entries(record)
    .map(([key, value]) => `- ${key}: ${toCell(value)}`)
    .join('\n');
}

function toCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // A bar or a line break inside a cell would break the table apart.
  return shorten(text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|'), MAX_CELL);
}

function shorten(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}
