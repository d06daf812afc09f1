import { isRecord } from '../engine/rpc.ts';
import type { JsonSchema } from './define-tool.ts';
import { KitError } from '../kit-error.ts';

/** An argument that clients repeat in the header `Mcp-Param-<name>` (MCP 2026-07-28, streamable-http, "x-mcp-header"). */
export interface ParamHeader {
  /** In lower case, with the prefix. */
  readonly header: string;
  readonly path: readonly string[];
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TYPES: readonly unknown[] = ['string', 'integer', 'boolean'];

/**
 * Finds the `x-mcp-header` of an input schema. Clients must refuse a tool whose marks are wrong, so the kit does first.
 *
 * @throws KitError `definition_invalid`
 */
export function compileParamHeaders(schema: JsonSchema): readonly ParamHeader[] {
  const found: ParamHeader[] = [];
  const counted = visit(schema, [], found);
  const names = new Set(found.map(({ header }) => header));
  if (names.size < found.length)
    invalid('two arguments have the same x-mcp-header; letter case does not count');
  // A mark below anyOf, items and the like is not on every path to a value, so no header could be expected.
  if (counted !== count(schema))
    invalid('x-mcp-header may stand only on properties reached through "properties"');
  return found;
}

function visit(schema: JsonSchema, path: readonly string[], found: ParamHeader[]): number {
  let seen = 0;
  if (!isRecord(schema['properties'])) return seen;
  for (const [name, property] of Object.entries(schema['properties'])) {
    if (!isRecord(property)) continue;
    const here = [...path, name];
    const mark = property['x-mcp-header'];
    if (mark !== undefined) {
      seen += 1;
      if (typeof mark !== 'string' || !TOKEN.test(mark)) {
        invalid(`the x-mcp-header of "${here.join('.')}" is not a header name`);
      } else if (!TYPES.includes(property['type'])) {
        invalid(`"${here.join('.')}" has an x-mcp-header, so its type must be string, integer or boolean`);
      } else found.push({ header: `mcp-param-${mark.toLowerCase()}`, path: here });
    }
    seen += visit(property, here, found);
  }
  return seen;
}

/** Marks anywhere, but not a property that happens to have the name. */
function count(value: unknown, isNames = false): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + count(item), 0);
  if (!isRecord(value)) return 0;
  let sum = 0;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'x-mcp-header' && !isNames) sum += 1;
    else if (key !== 'const' && key !== 'enum' && key !== 'default' && key !== 'examples') {
      sum += count(inner, !isNames && key === 'properties');
    }
  }
  return sum;
}

function invalid(problem: string): never {
  throw new KitError('definition_invalid', `${problem}.`);
}
