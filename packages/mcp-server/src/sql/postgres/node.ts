/** A node of the parse tree, or the fields of one: `{ SelectStmt: {…} }` and `{ targetList: […] }`. */
export type Node = Readonly<Record<string, unknown>>;

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The parts of a name, as in `[{ String: { sval: 'pg_catalog' } }, { String: { sval: 'count' } }]`. */
export function readName(value: unknown): readonly string[] {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [];
  return parts.map(part => {
    const text: unknown = isNode(part) && isNode(part['String']) ? (part['String']['sval'] ?? '') : '?';
    return typeof text === 'string' ? text : '?';
  });
}

export function toName(...parts: readonly string[]): readonly Node[] {
  return parts.map(sval => ({ String: { sval } }));
}
