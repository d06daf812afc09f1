import { isRecord } from './json.ts';

const MARK = 'x-mcp-header';
/** A token of RFC 9110: what may be a header's name. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);

/**
 * What is wrong with the parameters a schema wants to see repeated in headers, or undefined. A client must leave
 * out tools with a wrong one (specification 2026-07-28, Streamable HTTP, custom headers from tool parameters):
 * the mark belongs on properties of simple type that a chain of `properties` reaches, each name once.
 */
export function headerFault(inputSchema: Record<string, unknown>): string | undefined {
  const names = new Set<string>();
  const visit = (node: unknown, depth: number, isReachable: boolean): string | undefined => {
    if (Array.isArray(node)) return firstFault(node.map(each => () => visit(each, depth + 1, false)));
    if (!isRecord(node)) return undefined;
    if (MARK in node) {
      const name = node[MARK];
      if (!isReachable || depth === 0) return `${MARK} stands where no argument is`;
      if (typeof name !== 'string' || !TOKEN.test(name)) return `${MARK} is not the name of a header`;
      if (!TYPES.has(node['type']))
        return `${MARK} "${name}" is on a parameter that is no string, integer or boolean`;
      if (names.has(name.toLowerCase())) return `${MARK} "${name}" is used twice`;
      names.add(name.toLowerCase());
    }
    return firstFault(
      Object.entries(node).map(([key, child]) => () => {
        // Names of properties are not keywords, and data is not schema.
        if (key === 'properties' && isRecord(child))
          return firstFault(Object.values(child).map(each => () => visit(each, depth + 1, isReachable)));
        return DATA.has(key) ? undefined : visit(child, depth + 1, false);
      }),
    );
  };
  return visit(inputSchema, 0, true);
}

const DATA: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples']);

function firstFault(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const fault = check();
    if (fault !== undefined) return fault;
  }
  return undefined;
}
