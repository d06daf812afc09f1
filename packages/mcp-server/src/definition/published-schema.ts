import { toJSONSchema, type $ZodType } from 'zod/v4/core';
import { KitError } from '../kit-error.ts';
import type { JsonSchema, ToolSchema } from './define-tool.ts';

export function isZodSchema(schema: ToolSchema): schema is $ZodType {
  return '_zod' in schema;
}

/**
 * A schema as clients see it; a JSON Schema stays as it is.
 *
 * @throws KitError `definition_invalid`
 */
export function toPublishedSchema(schema: ToolSchema, direction: 'input' | 'output'): JsonSchema {
  if (!isZodSchema(schema)) return schema;
  try {
    // A copy through JSON: zod hangs a validator of its own on the object, which must not be published.
    return JSON.parse(JSON.stringify(toJSONSchema(schema, { io: direction, target: 'draft-2020-12' })));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KitError(
      'definition_invalid',
      `its zod schema has no JSON Schema form: ${reason}. Use types that JSON can carry, or give a JSON Schema.`,
      { cause },
    );
  }
}
