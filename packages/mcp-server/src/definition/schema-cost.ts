import type { JsonSchema } from './define-tool.ts';
import { KitError } from '../kit-error.ts';

/** What a check against a JSON Schema may cost. */
export type SchemaCost =
  /** In proportion to the value, whatever the value. */
  | 'plain'
  /** A small value may take forever: it is checked under a limit of time. */
  | 'unbounded';

/** Of objects and lists within one another. Compilers of schemas recurse, and give up at some 1,500. */
const MAX_DEPTH = 256;
/** Schemas, and lists of them, in one; compiling this many takes about a second. */
const MAX_NODES = 5000;
const MAX_PATTERN = 4096;
/** More than this many and even a plain check of a large value is slow. */
const MANY_NODES = 1000;

/** Each applies more than one schema to the same value; with references that doubles at every step. */
const COMBINING = new Set([
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'dependentSchemas',
  'dependencies',
  'contains',
  'patternProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
/** Stand beside a reference without adding to what is checked. */
const SILENT = new Set([
  '$ref',
  '$schema',
  '$id',
  '$defs',
  'definitions',
  '$comment',
  '$anchor',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
]);
/** Hold values, not schemas. */
const DATA = new Set(['enum', 'const', 'default', 'examples']);

interface Found {
  nodes: number;
  refers: boolean;
  combines: boolean;
  unbounded: boolean;
}

/**
 * Looks at all of a schema, before anything recurses into it.
 *
 * @throws KitError `definition_invalid` for one that is too deep or too large to be compiled, or refers to itself as
 *   an object of JavaScript.
 */
export function measureSchema(schema: JsonSchema): SchemaCost {
  const found: Found = { nodes: 0, refers: false, combines: false, unbounded: false };
  // A list of what is left to do: a recursive walk would be what a deep schema is meant to break.
  const left: { readonly node: object; readonly depth: number }[] = [{ node: schema, depth: 1 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { node, depth } = next;
    found.nodes += 1;
    if (found.nodes > MAX_NODES)
      refuseSchema(`has more than ${MAX_NODES} parts. Split the tool, or take less`);
    if (depth > MAX_DEPTH) {
      refuseSchema(`is nested more than ${MAX_DEPTH} deep. Name inner parts in "$defs" and refer to them`);
    }
    if (!Array.isArray(node)) noteKeywords(node as JsonSchema, found);
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'object' && value !== null && !isPlainData(key, value)) {
        left.push({ node: value, depth: depth + 1 });
      }
    }
  }
  const { nodes, refers, combines, unbounded } = found;
  return unbounded || (refers && combines) || nodes > MANY_NODES ? 'unbounded' : 'plain';
}

/** Long lists of words are common, and cost nothing. */
function isPlainData(key: string, value: object): boolean {
  return DATA.has(key) && Array.isArray(value) && value.every(one => typeof one !== 'object' || one === null);
}

function noteKeywords(node: JsonSchema, found: Found): void {
  for (const [key, value] of Object.entries(node)) {
    if (COMBINING.has(key)) found.combines = true;
    if (key === 'pattern' && typeof value === 'string') notePattern(value, found);
    // Compares every pair.
    if (key === 'patternProperties' || (key === 'uniqueItems' && value === true)) found.unbounded = true;
    if (key === '$dynamicRef' || key === '$recursiveRef') found.unbounded = true;
    if (key === '$ref') {
      found.refers = true;
      found.combines ||= Object.keys(node).some(other => !SILENT.has(other));
    }
  }
}

function notePattern(pattern: string, found: Found): void {
  if (pattern.length > MAX_PATTERN) refuseSchema(`has a "pattern" of more than ${MAX_PATTERN} characters`);
  if (!isPlainPattern(pattern)) found.unbounded = true;
}

/** Anchored, without groups, one part of variable length: there is one way to match it, so nothing is tried twice. */
function isPlainPattern(pattern: string): boolean {
  const bare = pattern.replaceAll(/\\./gs, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
  return /^\^[^(|]*$/.test(bare) && (bare.match(/[*+?]|\{\d+,/g) ?? []).length <= 1;
}

function refuseSchema(problem: string): never {
  throw new KitError('definition_invalid', `its JSON Schema ${problem}.`);
}
