import { typeOf } from './offline-tool.ts';
import type { Schema } from './offline-tool.ts';
import { singular, splitName } from './words.ts';

export const NUMBER = /-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?/;

/** A piece of text as a value of the schema; undefined when it is none. */
export function convertValue(raw: string, schema: Schema): unknown {
  const text = raw.trim();
  if (text === '') return undefined;
  const choices = schema['enum'];
  if (Array.isArray(choices)) return choices.find(choice => sameWords(String(choice), text));
  switch (typeOf(schema)) {
    case 'integer':
    case 'number': {
      const digits = /^[^\d-]{0,3}(-?[\d,]+(?:\.\d+)?)\D{0,3}$/.exec(text)?.[1];
      return digits === undefined ? undefined : toNumber(digits, schema);
    }
    case 'boolean':
      if (/^(?:true|yes|on|1)$/i.test(text)) return true;
      return /^(?:false|no|off|0)$/i.test(text) ? false : undefined;
    case 'array': {
      const items = (schema['items'] ?? {}) as Schema;
      const values = text
        .split(/\s*(?:[,;]|\band\b)\s*/)
        .map(piece => convertValue(piece.replaceAll(/^["'[]+|["'\]]+$/g, ''), items));
      const known = values.filter(value => value !== undefined);
      return known.length > 0 ? known : undefined;
    }
    case 'object':
      return undefined;
    default:
      return text;
  }
}

/** A number that the schema allows. */
export function toNumber(digits: string, schema: Schema): number | undefined {
  const value = Number(digits.replaceAll(',', ''));
  const { minimum, maximum } = schema;
  if (!Number.isFinite(value)) return undefined;
  if (typeOf(schema) === 'integer' && !Number.isInteger(value)) return undefined;
  if (typeof minimum === 'number' && value < minimum) return undefined;
  if (typeof maximum === 'number' && value > maximum) return undefined;
  return value;
}

function sameWords(a: string, b: string): boolean {
  const words = (text: string): string => splitName(text).map(singular).join(' ');
  return words(a) === words(b);
}
