import { isRecord, slotsOf, typeOf } from './offline-tool.ts';
import type { Schema } from './offline-tool.ts';

/** Braces looked at: a text of nothing but braces must not cost the square of its length. */
const MAX_TRIES = 100;

/** The first JSON object in a text that fits an object schema: its keys are known, nothing required is missing, types agree. */
export function findJsonObject(text: string, schema: Schema): Readonly<Record<string, unknown>> | undefined {
  const slots = slotsOf(schema, schema);
  for (let open = text.indexOf('{'), tries = 0; open !== -1 && tries < MAX_TRIES; tries += 1) {
    const value = parseFrom(text, open);
    open = text.indexOf('{', open + 1);
    if (!isRecord(value)) continue;
    const fits =
      Object.keys(value).length > 0 &&
      Object.keys(value).every(key => slots.some(slot => slot.name === key)) &&
      slots.every(slot => {
        const given = Object.hasOwn(value, slot.name) ? value[slot.name] : undefined;
        return given === undefined ? !slot.required : isOfType(given, slot.schema);
      });
    if (fits) return value;
  }
  return undefined;
}

/** The object that begins at this brace, if the text from there to its closing brace is JSON. */
function parseFrom(text: string, open: number): unknown {
  let depth = 0;
  let inString = false;
  for (let at = open; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth > 0) continue;
      try {
        return JSON.parse(text.slice(open, at + 1));
      } catch {
        return undefined;
      }
    }
  }
  return undefined;
}

function isOfType(value: unknown, schema: Schema): boolean {
  const choices = schema['enum'];
  if (Array.isArray(choices)) return choices.includes(value);
  switch (typeOf(schema)) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isRecord(value);
    case 'null':
      return value === null;
    default:
      return typeof value === typeOf(schema);
  }
}
