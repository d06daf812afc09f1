import { isNumberColumn } from './read-tables.ts';
import type { Table } from './read-tables.ts';
import { QUOTED } from './scan.ts';
import { quoteName, quoteText } from './sql-quote.ts';
import { escapePattern, findWords, singular } from './words.ts';

/** "shipped orders": a word that the description lists as a value, as in `status is paid, shipped or cancelled`. */
export function findListedValues(text: string, table: Table): string[] {
  const words = new Set(findWords(text).map(word => word.text));
  return table.values.flatMap(({ column, value }) =>
    words.has(value.toLowerCase()) ? [`${quoteName(column)} = ${quoteText(value)}`] : [],
  );
}

/** "orders of user usr_003", "order 17": the key of a row, behind the word for it. */
export function findKeys(text: string, table: Table): string[] {
  return table.columns.flatMap(column => {
    const noun = column.name === 'id' ? singular(table.names.join(' ')) : /^(\w+)_id$/.exec(column.name)?.[1];
    if (noun === undefined) return [];
    const key = new RegExp(
      String.raw`\b${noun
        .split(/[_ ]/)
        .map(escapePattern)
        .join(
          String.raw`[\s_]`,
        )}\s+(?:(?:with|number|no\.?|the)\s+)*(?:id\s*)?(?:[#:=]|is)?\s*((?=[\w-]*\d)[\w-]+)`,
      'i',
    ).exec(text)?.[1];
    if (key === undefined) return [];
    const literal = isNumberColumn(column) && /^\d+$/.test(key) ? key : quoteText(key);
    return [`${quoteName(column.name)} = ${literal}`];
  });
}

/** A value in the text that no condition holds: to leave it out would answer another question. */
export function findLeftOver(text: string, where: readonly string[]): string | undefined {
  const code = /(?<![\w@./-])[a-z]+[_-]?\d[\w-]*/gi;
  const values = [
    ...[...text.matchAll(new RegExp(QUOTED, 'g'))].map(match => match.slice(1).find(Boolean) ?? ''),
    ...[...text.matchAll(code)].map(match => match[0]),
  ];
  const held = where.join(' ').toLowerCase();
  return values.find(value => value !== '' && !held.includes(quoteText(value).slice(1, -1).toLowerCase()));
}

/** The column for an amount of money, when the text speaks of money. */
export function findMoneyColumn(phrase: string, table: Table): string | undefined {
  if (!/[$€£]|\b(?:cheap|expensive|cost|dollar|euro|usd|eur|worth)/i.test(phrase)) return undefined;
  return table.columns.find(column => /price|cost|amount|total|value|fee/.test(column.name))?.name;
}
