import { findWords, isEmptyWord, splitName, stem } from './words.ts';

export interface Column {
  readonly name: string;
  /** What stands after the name, such as `timestamptz`; empty when nothing does. */
  readonly type: string;
}

export interface Table {
  readonly name: string;
  /** Empty when the description names the table only. */
  readonly columns: readonly Column[];
  /** Stems of the words that mean this table: its name first, then what is said about it. */
  readonly names: readonly string[];
  readonly aliases: readonly string[];
  /** Values that the description lists for a column: `status is paid, shipped or cancelled`. */
  readonly values: readonly { readonly column: string; readonly value: string }[];
}

const TABLE = /(?<![\w.])([A-Za-z_][\w.]*)(\s?)\(([^()]*(?:\([^()]*\)[^()]*)*)\)/g;
const COLUMN = /^["'`]?([A-Za-z_]\w*)["'`]?(?:[\s:]+([a-z][\w ]*(?:\([\d, ]*\))?.*))?$/i;
const USUAL = /^(?:id|uuid|name|email|title)$|_(?:id|at|on)$/;

/** The tables that a description lists: `users(id, name, email)`, or after `Tables:` names alone. */
export function readTables(description: string): Table[] {
  const found = [...description.matchAll(TABLE)].flatMap(match => {
    const columns = (match[3] ?? '').split(/,(?![^(]*\))/).map(readColumn);
    const known = columns.filter(column => column !== undefined);
    // "the company database (users, products)" is a remark and no table: a space asks for a column that tells.
    const believable =
      known.length === columns.length && (match[2] === '' || known.some(column => USUAL.test(column.name)));
    return believable && match[1] !== undefined
      ? [{ name: match[1], columns: known, start: match.index, end: match.index + match[0].length }]
      : [];
  });
  if (found.length > 0) {
    return found.map((table, index) => {
      const after = description.slice(table.end, found[index + 1]?.start).split('\n')[0] ?? '';
      return {
        name: table.name,
        columns: table.columns,
        names: stemsOf(table.name),
        aliases: aliasesIn(after),
        values: valuesIn(after, table.columns),
      };
    });
  }
  const listed = /\btables?\b[^:\n]{0,40}:\s*([\w., ]+)/i.exec(description)?.[1];
  return (listed ?? '')
    .split(/\s*(?:,|\band\b)\s*/)
    .map(name => name.trim().replace(/\.$/, ''))
    .filter(name => /^[A-Za-z_][\w.]*$/.test(name))
    .map(name => ({ name, columns: [], names: stemsOf(name), aliases: [], values: [] }));
}

function readColumn(text: string): Column | undefined {
  const match = COLUMN.exec(text.trim());
  return match?.[1] === undefined ? undefined : { name: match[1], type: (match[2] ?? '').toLowerCase() };
}

function stemsOf(name: string): string[] {
  return splitName(name.split('.').at(-1) ?? name).map(stem);
}

/** "users(id, name): the customers" lets "customers" mean users. Only a short remark right behind the table counts. */
function aliasesIn(after: string): string[] {
  const remark = /^\s*(?:[:=–—-]+|,?\s*(?:the|our|are|is|holds)\b)([^.;,()]{0,60})/.exec(after)?.[1] ?? '';
  return findWords(remark)
    .map(word => word.text)
    .filter(word => !isEmptyWord(word))
    .map(stem);
}

const LISTED =
  /\b(\w+)\s+(?:is(?:\s+one\s+of)?|are|in)\s*:?\s+((?:[\w-]+,\s*)+(?:or\s+)?[\w-]+(?:\s+or\s+[\w-]+)?)/g;

function valuesIn(after: string, columns: readonly Column[]): Table['values'] {
  return [...after.matchAll(LISTED)].flatMap(([, column = '', list = '']) =>
    columns.some(one => one.name === column)
      ? list.split(/,\s*(?:or\s+)?|\s+or\s+/).map(value => ({ column, value }))
      : [],
  );
}

export function isTimeColumn(column: Column): boolean {
  if (/(?:_at|_on|_date|_time)$|^(?:date|time|day|timestamp|created|updated)$/.test(column.name)) return true;
  return /^(?:timestamp|date|time)/.test(column.type);
}

export function isNumberColumn(column: Column): boolean {
  if (/int|numeric|decimal|real|double|float|money|serial/.test(column.type)) return true;
  if (column.type !== '') return false;
  return /(?:price|amount|total|quantity|qty|count|stock|cost|score|rating|age|size|number|cents|value|balance)/.test(
    column.name,
  );
}
