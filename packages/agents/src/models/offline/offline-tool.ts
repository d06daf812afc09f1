import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { splitName } from './words.ts';

/** A JSON Schema, read with care: it comes from a server that nobody here wrote. */
export type Schema = Readonly<Record<string, unknown>>;

export interface OfflineTool {
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
  readonly readOnly: boolean;
}

/** A server may describe itself at any length; what is searched for patterns is kept short. */
const MAX_DESCRIPTION = 10_000;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `providerOptions.tramontane.readOnly` carries the mark; a tool without it counts as one that changes things. */
export function toOfflineTools(tools: LanguageModelV4CallOptions['tools']): OfflineTool[] {
  return (tools ?? []).flatMap(tool =>
    tool.type === 'function'
      ? [
          {
            name: tool.name,
            description: (tool.description ?? '').slice(0, MAX_DESCRIPTION),
            schema: isRecord(tool.inputSchema) ? tool.inputSchema : {},
            readOnly: tool.providerOptions?.['tramontane']?.['readOnly'] === true,
          },
        ]
      : [],
  );
}

/** Follows local references and picks the first alternative that is not null. Gives up after a few steps. */
export function resolveSchema(schema: unknown, root: Schema, depth = 0): Schema {
  if (!isRecord(schema) || depth > 5) return {};
  const ref = schema['$ref'];
  if (typeof ref === 'string' && ref.startsWith('#/')) {
    const target = ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => (isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined), root);
    const { $ref: _, ...rest } = schema;
    return { ...resolveSchema(target, root, depth + 1), ...rest };
  }
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const choices = schema[keyword];
    if (!Array.isArray(choices)) continue;
    const chosen = choices.find(choice => !isRecord(choice) || choice['type'] !== 'null');
    return { ...resolveSchema(chosen, root, depth + 1), ...schema };
  }
  return schema;
}

/** The type that a value of this schema has; `null` beside another type is left out. */
export function typeOf(schema: Schema): string {
  const { type } = schema;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return String(type.find(one => one !== 'null') ?? 'string');
  if (isRecord(schema['properties'])) return 'object';
  if (schema['items'] !== undefined) return 'array';
  const sample: unknown = Array.isArray(schema['enum']) ? schema['enum'][0] : schema['const'];
  return typeof sample === 'number' || typeof sample === 'boolean' ? typeof sample : 'string';
}

/** One property of an object schema. */
export interface Slot {
  readonly name: string;
  /** Its name in words: `user_id` → user, id. */
  readonly words: readonly string[];
  readonly schema: Schema;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

/** The properties of an object schema, required ones first, else as they stand. */
export function slotsOf(schema: Schema, root: Schema): Slot[] {
  const resolved = resolveSchema(schema, root);
  const properties = isRecord(resolved['properties']) ? resolved['properties'] : {};
  const required = Array.isArray(resolved['required']) ? resolved['required'] : [];
  const slots = Object.entries(properties).map(([name, raw]) => {
    const property = resolveSchema(raw, root);
    return {
      name,
      words: splitName(name),
      schema: property,
      type: typeOf(property),
      required: required.includes(name),
      description:
        typeof property['description'] === 'string' ? property['description'].slice(0, MAX_DESCRIPTION) : '',
    };
  });
  return [...slots.filter(slot => slot.required), ...slots.filter(slot => !slot.required)];
}
