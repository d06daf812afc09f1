import { safeParseAsync } from 'zod/v4/core';
import type { JsonSchema, ToolSchema } from '../definition/define-tool.ts';
import { isZodSchema } from '../definition/published-schema.ts';
import { KitError } from '../kit-error.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks what a person filled in. Clients should have done it, but need not (client/elicitation, "Security").
 *
 * @returns the content; with a zod schema, its output.
 * @throws KitError `client_failed`, naming the field.
 */
export async function checkForm(schema: ToolSchema, content: Fields): Promise<Fields> {
  if (isZodSchema(schema)) {
    const parsed = await safeParseAsync(schema, content);
    if (parsed.success) return parsed.data as Fields;
    const [issue] = parsed.error.issues;
    return refuse(issue?.path.join('.') ?? '', issue?.message ?? 'is not valid');
  }
  const properties = toFields(schema['properties']);
  for (const name of Array.isArray(schema['required']) ? schema['required'] : []) {
    if (!Object.hasOwn(content, String(name))) refuse(String(name), 'is required but missing');
  }
  for (const [name, value] of Object.entries(content)) {
    const problem = Object.hasOwn(properties, name) && findProblem(toFields(properties[name]), value);
    if (problem) refuse(name, problem);
  }
  return content;
}

/** Fields of forms are flat (client/elicitation, "Requested Schema"), so this is all there is to check. */
function findProblem(schema: JsonSchema, value: unknown): string | undefined {
  switch (schema['type']) {
    case 'string':
      if (typeof value !== 'string') return 'must be a string';
      return isListed(schema, value) ? findLengthProblem(schema, value) : 'is not one of the choices';
    case 'number':
    case 'integer':
      if (typeof value !== 'number' || (schema['type'] === 'integer' && !Number.isInteger(value))) {
        return `must be ${schema['type'] === 'integer' ? 'an integer' : 'a number'}`;
      }
      if (value < Number(schema['minimum'] ?? -Infinity)) return 'is too small';
      return value > Number(schema['maximum'] ?? Infinity) ? 'is too large' : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'array':
      if (!Array.isArray(value)) return 'must be a list';
      return value.every(item => isListed(toFields(schema['items']), item))
        ? undefined
        : 'holds what is not one of the choices';
    default:
      return undefined;
  }
}

function isListed(schema: JsonSchema, value: unknown): boolean {
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(value);
  const titled = schema['oneOf'] ?? schema['anyOf'];
  return !Array.isArray(titled) || titled.some(choice => toFields(choice)['const'] === value);
}

function findLengthProblem(schema: JsonSchema, value: string): string | undefined {
  if (value.length < Number(schema['minLength'] ?? 0)) return 'is too short';
  return value.length > Number(schema['maxLength'] ?? Infinity) ? 'is too long' : undefined;
}

function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function refuse(field: string, problem: string): never {
  throw new KitError('client_failed', `The form came back wrong: ${JSON.stringify(field)} ${problem}.`);
}
