import type { DescribedTable } from './sql-database.ts';

/** Beyond it a refusal would cost a model more than it helps. */
const LONGEST = 1500;

/** Ends a refusal: what may be asked instead. */
export function whatIsAllowed(tables: readonly DescribedTable[]): string {
  const withColumns = tables
    .map(({ name, columns }) => `${name} (${[...columns.keys()].join(', ')})`)
    .join('; ');
  const readable = withColumns.length > LONGEST ? tables.map(({ name }) => name).join(', ') : withColumns;
  return `Allowed is one SELECT statement, with the usual functions for text, numbers, dates, JSON and aggregates, over: ${readable}.`;
}

/** Tables and columns as a model reads them before it writes a query. */
export function describeTable({ name, description, columns, types }: DescribedTable): string {
  const lines = [...columns].map(
    ([column, text]) => `  ${column} ${types.get(column) ?? ''}${text === '' ? '' : `: ${text}`}`,
  );
  return `${name}: ${description}\n${lines.join('\n')}`;
}
