import { KitError } from '../kit-error.ts';

/** Reads the values out of a URI; `undefined` when the URI is not of this template. */
export type UriMatcher = (uri: string) => Readonly<Record<string, string>> | undefined;

interface Variable {
  readonly name: string;
  /** `{+name}`: may hold `/`. */
  readonly reserved: boolean;
}

const EXPRESSION = /\{([^{}]*)\}/g;
const VARIABLE = /^(\+?)([A-Za-z_][A-Za-z0-9_]*)$/;

/**
 * Compiles a URI template of RFC 6570's `{name}` and `{+name}`.
 *
 * Values come from callers and often end up in file paths and queries, so a decoded value that leaves its
 * place (`/` or `\` in `{name}`, a `..` segment anywhere, a NUL byte) is no match rather than a handler's problem.
 *
 * @throws KitError `definition_invalid` for any other expression, or a name used twice.
 */
export function compileUriTemplate(template: string): UriMatcher {
  const variables: Variable[] = [];
  let pattern = '';
  let end = 0;
  for (const match of template.matchAll(EXPRESSION)) {
    const variable = parseVariable(template, match[1] ?? '');
    if (variables.some(({ name }) => name === variable.name)) {
      throw new KitError('definition_invalid', `its URI template ${template} uses {${variable.name}} twice.`);
    }
    variables.push(variable);
    pattern += escapePattern(template.slice(end, match.index)) + (variable.reserved ? '(.+?)' : '([^/?#]+)');
    end = match.index + match[0].length;
  }
  const tail = template.slice(end);
  if (variables.length === 0 || /[{}]/.test(template.replaceAll(EXPRESSION, ''))) {
    throw new KitError(
      'definition_invalid',
      `its URI template ${template} has no complete {variable}. Use \`uri\` for a fixed URI.`,
    );
  }
  const shape = new RegExp(`^${pattern}${escapePattern(tail)}$`, 's');
  return uri => {
    const match = shape.exec(uri);
    return match === null ? undefined : readValues(variables, match.slice(1));
  };
}

function parseVariable(template: string, expression: string): Variable {
  const match = VARIABLE.exec(expression);
  if (match?.[2] === undefined) {
    throw new KitError(
      'definition_invalid',
      `its URI template ${template} uses {${expression}}; only {name} and {+name} are supported.`,
    );
  }
  return { name: match[2], reserved: match[1] === '+' };
}

function escapePattern(literal: string): string {
  return literal.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function readValues(
  variables: readonly Variable[],
  raw: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const values: Record<string, string> = {};
  for (const [index, { name, reserved }] of variables.entries()) {
    const value = decode(raw[index] ?? '');
    if (value === undefined || value.includes('\0')) return undefined;
    const segments = value.split(/[/\\]/);
    if (!reserved && segments.length > 1) return undefined;
    if (segments.some(segment => segment === '..' || segment === '.')) return undefined;
    values[name] = value;
  }
  return values;
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
