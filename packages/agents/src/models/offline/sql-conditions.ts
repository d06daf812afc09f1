import { isNumberColumn, isTimeColumn } from './read-tables.ts';
import type { Column, Table } from './read-tables.ts';
import { quoteName, quoteText } from './sql-quote.ts';
import { findKeys, findLeftOver, findListedValues, findMoneyColumn } from './sql-values.ts';
import { escapePattern, findWords, splitName, stem } from './words.ts';

type Problem = { readonly problem: string };

const PLACE = /^(?:state|city|country|region|location|place|address|town|province|county|area|zip)$/;
const NUMBERS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
};
const COUNT = String.raw`(\d+|${Object.keys(NUMBERS).join('|')})`;

/** The WHERE of a text about one table. */
export function findConditions(text: string, table: Table): { readonly where: string[] } | Problem {
  const parts = [findPeriod, findSince, findPlace, findComparison, findEqual].map(find => find(text, table));
  const where: string[] = [];
  const add = (more: readonly string[]): void => {
    where.push(...more.filter(condition => !where.includes(condition)));
  };
  for (const part of parts) {
    if (part === undefined) continue;
    if ('problem' in part) return part;
    add(part.where);
  }
  add(findKeys(text, table));
  add(findListedValues(text, table));
  const left = findLeftOver(text, where);
  if (left === undefined) return { where };
  return { problem: `It is not clear which column of ${table.name} "${left}" is about; name the column.` };
}

type Part = { readonly where: readonly string[] } | Problem | undefined;

function toCount(word: string): number {
  return NUMBERS[word.toLowerCase()] ?? Number(word);
}

/** The column that says when: the one that the text's verb names, else when the row was created, else the first. */
export function findTimeColumn(text: string, table: Table): string | undefined {
  const words = new Set(findWords(text).map(word => stem(word.text)));
  const times = table.columns.filter(isTimeColumn);
  const named = times.find(column =>
    splitName(column.name).some(word => words.has(stem(word)) && !/^(?:at|on)$/.test(word)),
  );
  const column = named ?? times.find(one => /creat|insert|added/.test(one.name)) ?? times[0];
  if (column) return column.name;
  // Nothing is known of the columns: the usual name for what the verb says.
  const verb = /\b(created|updated|ordered|deleted|shipped|paid)\b/i.exec(text)?.[1]?.toLowerCase();
  return table.columns.length === 0 && verb !== undefined ? `${verb}_at` : undefined;
}

function inTime(text: string, table: Table, phrase: string, toSql: (column: string) => string): Part {
  const column = findTimeColumn(text, table);
  if (column === undefined)
    return { problem: `${table.name} has no column with a time, so "${phrase}" cannot be asked.` };
  return { where: [toSql(quoteName(column))] };
}

function findPeriod(text: string, table: Table): Part {
  const last = new RegExp(
    String.raw`\b(?:last|past|previous)\s+(?:${COUNT}\s+)?(minute|hour|day|week|month|year)s?\b`,
    'i',
  ).exec(text);
  if (last) {
    const count = toCount(last[1] ?? '1');
    const unit = `${last[2]?.toLowerCase()}${count === 1 ? '' : 's'}`;
    return inTime(text, table, last[0], column => `${column} >= now() - interval '${count} ${unit}'`);
  }
  const now = /\b(today|yesterday|this\s+(week|month|year))\b/i.exec(text);
  if (!now) return undefined;
  return inTime(text, table, now[0], column => {
    const word = now[1]?.toLowerCase();
    if (word === 'today') return `${column} >= current_date`;
    if (word === 'yesterday') return `${column} >= current_date - 1 AND ${column} < current_date`;
    return `${column} >= date_trunc('${now[2]?.toLowerCase()}', now())`;
  });
}

function findSince(text: string, table: Table): Part {
  const where: string[] = [];
  for (const match of text.matchAll(/\b(since|after|from|before|until)\s+(\d{4}-\d\d-\d\d)/gi)) {
    const operator = { since: '>=', after: '>', from: '>=', before: '<', until: '<=' }[
      match[1]?.toLowerCase() ?? ''
    ];
    const part = inTime(text, table, match[0], column => `${column} ${operator} '${match[2]}'`);
    if (part && 'problem' in part) return part;
    where.push(...(part?.where ?? []));
  }
  return { where };
}

/** "from California", "in New York": a name behind a preposition is a place, if the table has a column for places. */
function findPlace(text: string, table: Table): Part {
  const match =
    /\b(?:from|in|at|near)\s+(?:the\s+)?(?:([a-z]+)\s+(?:of\s+)?)?(\p{Lu}[\p{L}'-]*(?:\s+\p{Lu}[\p{L}'-]*)*)/u.exec(
      text,
    );
  const value = match?.[2];
  if (!match || value === undefined || /^(?:SELECT|SQL)$/.test(value)) return undefined;
  const places = table.columns.filter(column => splitName(column.name).some(word => PLACE.test(word)));
  const named = table.columns.find(column => match[1] !== undefined && stem(column.name) === stem(match[1]));
  const column = named ?? places[0];
  if (column) return { where: [`${quoteName(column.name)} = ${quoteText(value)}`] };
  return { problem: `${table.name} has no column for a place, so "${match[0]}" cannot be asked.` };
}

const COMPARE: readonly (readonly [string, string])[] = [
  ['more than|greater than|over|above|exceeding|higher than|more expensive than', '>'],
  ['at least|no less than', '>='],
  ['less than|fewer than|under|below|lower than|cheaper than', '<'],
  ['at most|no more than|up to', '<='],
];

function findComparison(text: string, table: Table): Part {
  const where: string[] = [];
  for (const [words, operator] of COMPARE) {
    const pattern = new RegExp(
      String.raw`(?:\b(\w+)\s+)?(?:is\s+|of\s+)?\b(?:${words})\s+[$€£]?(\d[\d,]*(?:\.\d+)?)(?:\s+(\w+))?`,
      'gi',
    );
    for (const match of text.matchAll(pattern)) {
      const phrase = match[0].trim();
      if (/^(?:day|week|month|year|hour|minute)s?$/i.test(match[3] ?? '')) {
        return { problem: `"${phrase}" is not understood; say "in the last 7 days" or "before 2026-01-31".` };
      }
      const column = findMoneyColumn(phrase, table) ?? findNumberColumn([match[1], match[3]], table, text);
      if (column === undefined) {
        return {
          problem: `It is not clear which column of ${table.name} "${phrase}" is about; name the column.`,
        };
      }
      where.push(`${quoteName(column)} ${operator} ${toAmount(match[2] ?? '', phrase, column)}`);
    }
  }
  return { where };
}

/** A number as the column counts it: fifty dollars are 5000 in a column of cents. */
function toAmount(digits: string, phrase: string, column: string): string {
  const value = digits.replaceAll(',', '');
  const inCents = /cents?$/.test(column) && /[$€£]|\b(?:dollar|euro|usd|eur)/i.test(phrase);
  return inCents ? String(Math.round(Number(value) * 100)) : value;
}

/** The column that a number is about: named beside it, or anywhere in the text, or the only one that counts something. */
function findNumberColumn(
  beside: readonly (string | undefined)[],
  table: Table,
  text: string,
): string | undefined {
  const near = beside.flatMap(word => (word === undefined ? [] : [stem(word)]));
  const anywhere = findWords(text).map(word => stem(word.text));
  const isNamed = (column: Column, words: readonly string[]): boolean =>
    words.includes(stem(column.name)) ||
    splitName(column.name).some(word => word.length > 2 && words.includes(stem(word)));
  const countable = table.columns.filter(column => !/^id$|_id$/.test(column.name) && !isTimeColumn(column));
  const numbers = countable.filter(isNumberColumn);
  const column =
    countable.find(one => isNamed(one, near)) ??
    numbers.find(one => isNamed(one, anywhere)) ??
    (numbers.length === 1 ? numbers[0] : undefined);
  return column?.name;
}

/** "status is open", "with status open", "status = 'open'", "named 'Ada'". */
function findEqual(text: string, table: Table): Part {
  const where = table.columns.flatMap(column => {
    const name = splitName(column.name)
      .map(escapePattern)
      .join(String.raw`[\s_]`);
    const quoted = String.raw`(?:"([^"\n]+)"|“([^”\n]+)”|'([^'\n]+)')`;
    const match =
      new RegExp(String.raw`\b${name}\s*(?:=|:|\bis\b|\bequals\b|\bof\b)?\s*${quoted}`, 'i').exec(text) ??
      new RegExp(
        String.raw`\b${name}\s*(?:=|:|\s(?:is|equals)\s)\s*(?!(?:more|greater|less|over|under|above|below|at|not|higher|lower)\b)([\w@.+-]*\w)`,
        'i',
      ).exec(text) ??
      new RegExp(
        String.raw`\b(?:with|whose|having)\s+(?:(?:the|a)\s+)?${name}\s+(?!(?:more|greater|less|over|under|above|below|at|not|higher|lower|of|is|than)\b)([\w@.+-]*\w)`,
        'i',
      ).exec(text) ??
      (column.name === 'name'
        ? new RegExp(
            String.raw`\b(?:named|called)\s+(?:${quoted}|(\p{Lu}[\p{L}'-]*(?:\s+\p{Lu}[\p{L}'-]*)*))`,
            'u',
          ).exec(text)
        : null) ??
      (column.name === 'email' ? /(?<![\w.+-])([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/.exec(text) : null);
    const value = match?.slice(1).find(group => group !== undefined);
    if (value === undefined) return [];
    const literal = isNumberColumn(column) && /^-?\d+(?:\.\d+)?$/.test(value) ? value : quoteText(value);
    return [`${quoteName(column.name)} = ${literal}`];
  });
  return { where };
}

/** ORDER BY and LIMIT, with the space before them. */
export function findOrder(text: string, table: Table): { readonly sql: string } | Problem {
  const newest = new RegExp(
    String.raw`\b(?:${COUNT}\s+)?(newest|latest|most\s+recent|oldest|earliest)\b(?:\s+${COUNT}\b)?`,
    'i',
  ).exec(text);
  if (newest) {
    const column = findTimeColumn(text, table);
    if (column === undefined)
      return { problem: `${table.name} has no column with a time, so "${newest[0]}" cannot be asked.` };
    const limit = toCount(newest[1] ?? newest[3] ?? '10');
    const direction = /oldest|earliest/i.test(newest[0]) ? 'ASC' : 'DESC';
    return { sql: ` ORDER BY ${quoteName(column)} ${direction} LIMIT ${limit}` };
  }
  const by =
    /\b(?:sorted|ordered|sort|order|ranked|top\s+\w+(?:\s+\w+){0,4})\s+by\s+(?:the\s+)?(\w+)(\s+(?:desc\w*|asc\w*))?/i.exec(
      text,
    );
  const column = table.columns.find(one => by?.[1] !== undefined && stem(one.name) === stem(by[1]));
  if (by && !column) return { problem: `${table.name} has no column "${by[1]}" to sort by.` };
  const top = new RegExp(String.raw`\b(top|first)\s+${COUNT}\b|\blimit\s+(\d+)|\bonly\s+(\d+)`, 'i').exec(
    text,
  );
  const limit = top?.[2] ?? top?.[3] ?? top?.[4];
  const descending =
    /desc/i.test(by?.[2] ?? '') || (by?.[2] === undefined && top?.[1]?.toLowerCase() === 'top');
  return {
    sql:
      (column ? ` ORDER BY ${quoteName(column.name)}${descending ? ' DESC' : ''}` : '') +
      (limit === undefined ? '' : ` LIMIT ${toCount(limit)}`),
  };
}
