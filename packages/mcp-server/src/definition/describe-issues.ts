import type { ErrorObject } from 'ajv';
import type { $ZodIssue } from 'zod/v4/core';

/** A wrong field may be wrong a thousand times (an array of them); a model learns nothing from the tenth. */
const SHOWN = 5;

/** Says in words what ajv found: which field, what it must be, what kind of value came instead. */
export function describeAjvErrors(errors: readonly ErrorObject[], value: unknown): string {
  return join(errors.map(error => describeAjvError(error, value)));
}

/** Says in words what zod found, in the same form as `describeAjvErrors`. */
export function describeZodIssues(issues: readonly $ZodIssue[], value: unknown): string {
  return join(issues.map(issue => describeZodIssue(issue, value)));
}

function describeAjvError(error: ErrorObject, value: unknown): string {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const field = nameField(path);
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'required':
      return `${nameField([...path, String(params['missingProperty'])])} is required but missing`;
    case 'type':
      return `${field} must be ${nameTypes(params['type'])}, got ${nameKind(at(value, path))}`;
    case 'enum':
      return `${field} must be one of ${listValues(params['allowedValues'])}, got ${nameValue(at(value, path))}`;
    case 'const':
      return `${field} must be ${JSON.stringify(params['allowedValue'])}, got ${nameValue(at(value, path))}`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `${nameField([...path, String(params['additionalProperty'] ?? params['unevaluatedProperty'])])} is not a known field`;
    default:
      return `${field} ${error.message ?? 'is not valid'}, got ${nameKind(at(value, path))}`;
  }
}

function describeZodIssue(issue: $ZodIssue, value: unknown): string {
  const path = issue.path.map(String);
  const field = nameField(path);
  const given = at(value, path);
  if (
    given === undefined &&
    path.length > 0 &&
    (issue.code === 'invalid_type' || issue.code === 'invalid_value')
  ) {
    return `${field} is required but missing`;
  }
  if (issue.code === 'invalid_type')
    return `${field} must be ${nameTypes(issue.expected)}, got ${nameKind(given)}`;
  if (issue.code === 'invalid_value') {
    return `${field} must be one of ${listValues(issue.values)}, got ${nameValue(given)}`;
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => `${nameField([...path, key])} is not a known field`).join('; ');
  }
  return `${field} is not valid: ${issue.message}, got ${nameKind(given)}`;
}

function join(problems: readonly string[]): string {
  const rest = problems.length - SHOWN;
  return problems.slice(0, SHOWN).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

function nameField(path: readonly string[]): string {
  return path.length === 0 ? 'the value' : `"${path.join('.')}"`;
}

function at(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = (current as Record<string, unknown>)[part];
  }
  return current;
}

function nameTypes(types: unknown): string {
  return (Array.isArray(types) ? types : [types]).map(type => withArticle(String(type))).join(' or ');
}

function nameKind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return withArticle(typeof value);
}

function withArticle(type: string): string {
  if (type === 'null') return type;
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** Short strings and plain values are shown: "got "hgih"" is mended at once. Anything else only by its kind. */
function nameValue(value: unknown): string {
  if (typeof value === 'string' && value.length <= 40) return JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : nameKind(value);
}

function listValues(values: unknown): string {
  const list: unknown[] = Array.isArray(values) ? values : [values];
  const shown = list.slice(0, 20).map(value => JSON.stringify(value) ?? String(value));
  return shown.join(', ') + (list.length > shown.length ? ', …' : '');
}
