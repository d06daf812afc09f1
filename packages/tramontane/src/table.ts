export type Row = Readonly<Record<string, unknown>>;

/**
 * Rows as columns under their names, at most `width` wide and `limit` long. The widest columns give way first; what
 * does not fit ends with `…`.
 */
export function toTable(rows: readonly Row[], { width, limit }: { width: number; limit: number }): string {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))];
  if (names.length === 0) return '';
  const shown = rows.slice(0, limit).map(row => names.map(name => toCell(row[name])));
  const widths = names.map((name, column) =>
    Math.max(name.length, ...shown.map(cells => (cells[column] ?? '').length)),
  );
  const gaps = 2 * (names.length - 1);
  while (sum(widths) + gaps > width && Math.max(...widths) > 4) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const toLine = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cut(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const left = rows.length - shown.length;
  return [
    toLine(names),
    toLine(widths.map(count => '─'.repeat(count))),
    ...shown.map(toLine),
    ...(left > 0 ? [`… ${left} more`] : []),
  ].join('\n');
}

/** The first list of records in a tool's structured result, wherever it lies. */
export function findRows(value: unknown): readonly Row[] | undefined {
  if (Array.isArray(value)) return value.length > 0 && value.every(isRow) ? value : undefined;
  if (!isRow(value)) return undefined;
  for (const part of Object.values(value)) {
    const rows = findRows(part);
    if (rows !== undefined) return rows;
  }
  return undefined;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // The time of day says nothing here and costs a third of the width.
  return text.replaceAll(/\s+/g, ' ').replace(/^(\d{4}-\d\d-\d\d)T[\d:.]+Z$/, '$1');
}

function cut(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
