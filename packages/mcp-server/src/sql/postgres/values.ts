import { types } from 'pg';

const { INT8, NUMERIC, BOOL, INT2, INT4, FLOAT4, FLOAT8, JSON: JSON_TYPE, JSONB } = types.builtins;
const PARSED = new Set<number>([BOOL, INT2, INT4, JSON_TYPE, JSONB]);
const EXACT = new Set<number>([INT8, NUMERIC]);
const FLOATS = new Set<number>([FLOAT4, FLOAT8]);
/** text[], varchar[], int2[], int4[], bool[] */
const PARSED_LISTS = new Set([1009, 1015, 1005, 1007, 1000]);

/** Numbers as numbers where none of their digits is lost. */
function toNumber(text: string): number | string {
  const number = Number(text);
  return text.replace(/[-.]/g, '').length <= 15 && Number.isFinite(number) ? number : text;
}

/** JSON has no NaN and no infinity. */
function toFloat(text: string): number | string {
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

/**
 * How values come out of PostgreSQL: dates and times as its own ISO text (as a Date a day would move with the time zone
 * of this process), what JSON has no word for as text.
 */
export const plainTypes = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (FLOATS.has(oid)) return toFloat;
    if (EXACT.has(oid)) return toNumber;
    if (PARSED.has(oid) || PARSED_LISTS.has(oid))
      return types.getTypeParser(oid, format ?? 'text') as unknown;
    return (text: string) => text;
  }) as typeof types.getTypeParser,
};
