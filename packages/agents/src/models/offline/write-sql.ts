import type { Slot } from './offline-tool.ts';
import { readTables } from './read-tables.ts';
import type { Table } from './read-tables.ts';
import { findConditions, findOrder, findTimeColumn } from './sql-conditions.ts';
import { quoteName } from './sql-quote.ts';
import { findWords, stem } from './words.ts';

/** `table`: the text is about one of the tables, only not in a way that is understood. */
type WrittenSql = { readonly sql: string } | { readonly problem: string; readonly table?: string };

/** A property that takes SQL: its name or description says so, or it is called `query` and the tool speaks of SQL. */
export function isSqlSlot(slot: Slot, toolDescription: string): boolean {
  if (slot.type !== 'string' || slot.schema['enum'] !== undefined) return false;
  if (slot.words.includes('sql') || /\bSQL\b/i.test(slot.description)) return true;
  return slot.words.includes('query') && /\bSQL\b|\bSELECT\b/.test(toolDescription);
}

/**
 * SQL for a text: the SQL that stands in it, or a SELECT written for it. Understands one table at a time: all of it, how
 * many rows, "created in the last 7 days", "from California", "more than 5", "with status open", "10 newest", "top 3 by
 * price". What it does not understand of the conditions it refuses rather than answer another question.
 */
export function writeSql(text: string, description: string): WrittenSql {
  const given = findSql(text);
  if (given !== undefined) return { sql: given };

  const tables = readTables(description);
  if (tables.length === 0) {
    return {
      problem:
        'The tool does not list its tables, so no SQL can be written for it. Put the SQL into your message.',
    };
  }
  const mention = findTable(text, tables);
  if (!mention) {
    const names = tables.map(table => table.name).join(', ');
    return { problem: `Your message names none of the tables (${names}).` };
  }
  const { table } = mention;
  const conditions = findConditions(text, table);
  if ('problem' in conditions) return { ...conditions, table: table.name };

  const counts = /\bhow many\b|\bnumber of\b|\bcount\b/i.test(text);
  const where = conditions.where.length > 0 ? ` WHERE ${conditions.where.join(' AND ')}` : '';
  const from = `FROM ${table.name.split('.').map(quoteName).join('.')}${where}`;
  if (counts) return { sql: `SELECT count(*) AS count ${from}` };

  const folded = findAggregate(text, table);
  if (folded) return { sql: `SELECT ${folded} ${from}` };

  const order = findOrder(text, table);
  if ('problem' in order) return { ...order, table: table.name };
  return { sql: `SELECT ${findColumns(text, table, mention.start)} ${from}${order.sql}` };
}

/** SQL as somebody wrote it: in code marks, or recognisable from its first words. */
function findSql(text: string): string | undefined {
  const code = /```(?:sql)?\s*((?:select|with)\b[\s\S]+?)```|`((?:select|with)\b[^`]+)`/i.exec(text);
  const bare =
    /\b(SELECT\s[\s\S]+?\sFROM\s[\s\S]+?|SELECT\s+[\w(][^?!]*?|WITH\s+\w+\s+AS\s*\([\s\S]+?)(?:;|\n\n|$)/.exec(
      text,
    ) ??
    /\b(select\s+(?:\*|distinct\s|count\(|[\w."]+(?:\s*,\s*[\w."]+)*\s+from\s)[\s\S]*?)(?:;|\n\n|$)/i.exec(
      text,
    );
  const sql = (code?.[1] ?? code?.[2] ?? bare?.[1])?.trim().replace(/;$/, '');
  // "select all users from California" is English.
  return sql === undefined || /^select\s+all\s/i.test(sql) ? undefined : sql;
}

/** The first table that the text mentions, by name before by what it is said to hold. */
function findTable(text: string, tables: readonly Table[]): { table: Table; start: number } | undefined {
  const words = findWords(text).map(word => ({ ...word, stem: stem(word.text) }));
  const mentions = tables.flatMap(table => {
    const [first, ...others] = table.names;
    const at = words.findIndex(
      (word, index) =>
        word.stem === first && others.every((name, next) => words[index + 1 + next]?.stem === name),
    );
    const alias = at === -1 ? words.findIndex(word => table.aliases.includes(word.stem)) : -1;
    const start = words[at === -1 ? alias : at]?.start;
    return start === undefined ? [] : [{ table, start, byName: at !== -1, length: table.names.length }];
  });
  return mentions.sort(
    (a, b) => Number(b.byName) - Number(a.byName) || b.length - a.length || a.start - b.start,
  )[0];
}

/** "names and emails of all users": the columns named before "of"; else every column. */
function findColumns(text: string, table: Table, tableStart: number): string {
  const before =
    /([^.!?\n]*)\b(?:of|for|from)\s+(?:\S+\s+){0,3}$/i.exec(text.slice(0, tableStart))?.[1] ?? '';
  const words = new Set(findWords(before).map(word => stem(word.text)));
  const named = table.columns.filter(column => words.has(stem(column.name)));
  return named.length > 0 ? named.map(column => quoteName(column.name)).join(', ') : '*';
}

const AGGREGATES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:average|mean)\s+(?:of\s+)?(?:the\s+)?([a-z_]+)/i, 'avg'],
  [/\b(?:sum|total)\s+(?:of\s+)?(?:the\s+)?([a-z_]+)/i, 'sum'],
];

function findAggregate(text: string, table: Table): string | undefined {
  for (const [pattern, name] of AGGREGATES) {
    const word = pattern.exec(text)?.[1];
    const column = table.columns.find(one => word !== undefined && stem(one.name) === stem(word));
    if (column && !findTimeColumn(text, { ...table, columns: [column] })) {
      return `${name}(${quoteName(column.name)}) AS ${name}`;
    }
  }
  return undefined;
}
