import { Ajv } from 'ajv';

const ajv = new Ajv({ validateFormats: false });
const isSchema = ajv.getSchema('http://json-schema.org/draft-07/schema');

/**
 * What makes a schema none, in words, or undefined. Model vendors check the schemas of all tools of a turn, and refuse the
 * turn for one such as `{"type": "strng"}`. By draft 7, as they do: what came later they pass over.
 */
export function formFault(schema: Record<string, unknown>): string | undefined {
  try {
    if (isSchema === undefined || isSchema(schema) === true) return undefined;
  } catch (error) {
    // Too deep for a function that calls itself; how deep a schema may be is not for this to say.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const [first] = isSchema.errors ?? [];
  const place = first?.instancePath ? `${first.instancePath.slice(0, 120)} ` : '';
  return `its input schema is no JSON Schema: ${place}${first?.message ?? 'is wrong'}`;
}
