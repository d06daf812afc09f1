import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';

const DRAFT_7 = 'http://json-schema.org/draft-07/schema';
const isSchema = createCheck();

/**
 * What makes a schema none, in words, or undefined. Model vendors check the schemas of all tools of a turn, and refuse the
 * turn for one such as `{"type": "strng"}`. By draft 7, as they do: what came later they pass over.
 */
export function formFault(schema: Record<string, unknown>): string | undefined {
  try {
    if (isSchema(schema)) return undefined;
  } catch (error) {
    // Too deep for a function that calls itself; how deep a schema may be is not for this to say.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const [first] = isSchema.errors ?? [];
  const place = first?.instancePath ? `${first.instancePath.slice(0, 120)} ` : '';
  return `its input schema is no JSON Schema: ${place}${first?.message ?? 'is wrong'}`;
}

/** Without the rule that a list has nothing twice: each item is looked at for each other, and a list may be very long. */
function createCheck(): ValidateFunction {
  const draft = new Ajv().getSchema(DRAFT_7)?.schema;
  const text = JSON.stringify(draft, (key, value: unknown) =>
    key === 'uniqueItems' && value === true ? undefined : value,
  );
  return new Ajv({ meta: false, strict: false, validateFormats: false }).compile(
    JSON.parse(text) as AnySchemaObject,
  );
}
