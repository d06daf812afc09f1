import { isRecord } from './json.ts';

/** Keywords whose members are named by the author of the schema. */
const NAMED: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'dependentSchemas',
  'patternProperties',
  'properties',
]);
/** Keywords that hold data. */
const DATA: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples']);
const REFERENCES = ['$ref', '$dynamicRef'] as const;

/**
 * The first reference of a schema that leads out of it or to nothing, in words, or undefined. Model vendors refuse
 * a whole turn for one such schema. References to a place in the schema itself (JSON Pointer, `$anchor`) may stay.
 */
export function referenceFault(schema: Record<string, unknown>): string | undefined {
  const { references, anchors } = referencesOf(schema);
  for (const reference of references) {
    if (typeof reference !== 'string') return 'its input schema has a $ref that is not text';
    const quoted = JSON.stringify(reference.length > 120 ? `${reference.slice(0, 120)}…` : reference);
    if (!reference.startsWith('#'))
      return `its input schema refers to ${quoted}, which is outside of the schema`;
    if (!resolves(schema, reference.slice(1), anchors))
      return `its input schema refers to ${quoted}, which does not exist in it`;
  }
  return undefined;
}

/** Without recursion, because a deep schema would break a function that calls itself, and the list with it. */
function referencesOf(schema: Record<string, unknown>): {
  references: unknown[];
  anchors: ReadonlySet<unknown>;
} {
  const references: unknown[] = [];
  const anchors = new Set<unknown>();
  const open: unknown[] = [schema];
  while (open.length > 0) {
    const node = open.pop();
    if (Array.isArray(node)) for (const each of node) open.push(each);
    if (!isRecord(node)) continue;
    for (const keyword of REFERENCES) if (node[keyword] !== undefined) references.push(node[keyword]);
    anchors.add(node['$anchor']).add(node['$dynamicAnchor']);
    for (const [key, child] of Object.entries(node)) {
      if (DATA.has(key)) continue;
      if (NAMED.has(key) && isRecord(child)) for (const each of Object.values(child)) open.push(each);
      else open.push(child);
    }
  }
  return { references, anchors };
}

/** @param fragment what follows the `#` */
function resolves(schema: Record<string, unknown>, fragment: string, anchors: ReadonlySet<unknown>): boolean {
  let place: string;
  try {
    place = decodeURIComponent(fragment);
  } catch {
    return false;
  }
  if (place === '') return true;
  if (!place.startsWith('/')) return anchors.has(place);
  let node: unknown = schema;
  for (const part of place.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    // A member of the prototype, such as "constructor", is no part of the schema.
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return false;
    node = Reflect.get(node, key);
  }
  return isRecord(node) || typeof node === 'boolean';
}
