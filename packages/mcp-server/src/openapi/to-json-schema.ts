import { isJson, listOf, resolveReference, textOf, type ApiDocument, type Json } from './parse-document.ts';

/** Keywords that are taken over as they are. Everything else is for documentation, or for other tools. */
const PLAIN = new Set(
  'title default const enum format multipleOf maximum minimum maxLength minLength maxItems minItems uniqueItems maxProperties minProperties contentEncoding contentMediaType'.split(
    ' ',
  ),
);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const SINGLE = new Set([
  'items',
  'additionalProperties',
  'not',
  'contains',
  'propertyNames',
  'if',
  'then',
  'else',
]);
const MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas']);
const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);
const LONGEST_TEXT = 500;

/** Turns schemas of one tool to JSON Schema 2020-12; what they refer to is gathered in `$defs`. */
export interface SchemaReader {
  read(schema: unknown): Json;
  readonly definitions: Readonly<Record<string, Json>>;
}

export function createSchemaReader({ root, is31 }: ApiDocument): SchemaReader {
  const definitions: Record<string, Json> = {};
  const names = new Map<string, string>();

  const nameOf = (reference: string): string => {
    const known = names.get(reference);
    if (known !== undefined) return known;
    const base = (reference.split('/').at(-1) ?? '').replaceAll(/[^A-Za-z0-9_.-]/g, '_') || 'schema';
    let name = base;
    for (let number = 2; Object.hasOwn(definitions, name); number += 1) name = `${base}_${number}`;
    names.set(reference, name);
    // Taken before it is read: a schema may refer to itself.
    definitions[name] = {};
    definitions[name] = read(resolveReference(root, { $ref: reference }));
    return name;
  };

  const read = (schema: unknown): Json => {
    if (schema === false) return { not: {} };
    if (!isJson(schema)) return {};
    const { $ref } = schema;
    if (typeof $ref === 'string') {
      const reference = { $ref: `#/$defs/${nameOf($ref)}` };
      const description = textOf(schema['description']);
      return is31 && description !== '' ? { ...reference, description: shorten(description) } : reference;
    }
    return withNull(schema, readKeywords(schema));
  };

  const readKeywords = (schema: Json): Record<string, unknown> => {
    const result: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(schema)) {
      if (PLAIN.has(key)) result[key] = value;
      else if (key === 'description') result[key] = shorten(textOf(value));
      else if (LISTS.has(key)) result[key] = listOf(value).map(read);
      else if (key === 'items' && Array.isArray(value)) result['prefixItems'] = value.map(read);
      else if (SINGLE.has(key)) result[key] = typeof value === 'boolean' ? value : read(value);
      else if (MAPS.has(key) && isJson(value)) result[key] = readMap(key, value);
    }
    for (const key of LISTS) if (listOf(result[key]).length === 0) delete result[key];
    readType(schema, result);
    readBounds(schema, result);
    const { pattern, required } = schema;
    if (typeof pattern === 'string' && isPattern(pattern)) result['pattern'] = pattern;
    const needed = listOf(required).filter(name => typeof name === 'string' && !isReadOnly(schema, name));
    if (needed.length > 0) result['required'] = [...new Set(needed)];
    if (Array.isArray(result['enum']) && result['enum'].length === 0) delete result['enum'];
    if (Array.isArray(result['enum']))
      result['enum'] = [...new Map(result['enum'].map(one => [JSON.stringify(one), one])).values()];
    return result;
  };

  const readMap = (key: string, map: Json): Json =>
    Object.fromEntries(
      Object.entries(map)
        .filter(([name, value]) =>
          key === 'patternProperties'
            ? isPattern(name)
            : key !== 'properties' || !isMarked(value, 'readOnly'),
        )
        .map(([name, value]) => [name, read(value)]),
    );

  /** What only the server writes is nothing to send. */
  const isReadOnly = (schema: Json, name: string): boolean =>
    isJson(schema['properties']) && isMarked(schema['properties'][name], 'readOnly');
  const isMarked = (schema: unknown, mark: string): boolean => {
    const resolved = isJson(schema) ? resolveReference(root, schema) : schema;
    return isJson(resolved) && resolved[mark] === true;
  };

  /** `nullable` of 3.0. */
  const withNull = (schema: Json, result: Record<string, unknown>): Json => {
    if (is31 || schema['nullable'] !== true) return result;
    const { type, enum: values } = result;
    if (typeof type !== 'string') return result;
    return {
      ...result,
      type: [type, 'null'],
      ...(Array.isArray(values) && { enum: [...new Set([...values, null])] }),
    };
  };

  return { read, definitions };
}

function readType({ type }: Json, result: Record<string, unknown>): void {
  const types = (Array.isArray(type) ? type : [type]).filter(one => TYPES.has(String(one)));
  if (types.length > 0) result['type'] = types.length === 1 ? types[0] : [...new Set(types)];
}

/** In 3.0 `exclusiveMinimum` is a flag beside `minimum`. */
function readBounds(schema: Json, result: Record<string, unknown>): void {
  for (const [exclusive, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    const value = schema[exclusive];
    if (typeof value === 'number') result[exclusive] = value;
    if (value === true && typeof result[bound] === 'number') {
      result[exclusive] = result[bound];
      delete result[bound];
    }
  }
}

/** Documents are written for many languages; a pattern of another one is left to the API to check. */
function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').source.length <= 4096;
  } catch {
    return false;
  }
}

function shorten(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT).trimEnd()}…` : text;
}
