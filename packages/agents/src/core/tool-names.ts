/** Longest tool name that every model vendor takes, and the letters it may have. */
const MAX_NAME = 64;

export interface Named<T> {
  readonly name: string;
  readonly item: T;
}

/**
 * Names for the tools of one run: a server's own name where it is the only one of that name, else the connector's name
 * before it. The same tools in the same order get the same names, or prompt caches would miss.
 */
export function nameTools<T>(
  functions: readonly Named<T>[],
  connectorTools: readonly (Named<T> & { readonly connector: string })[],
): Named<T>[] {
  const uses = new Map<string, number>();
  for (const { name } of [...functions, ...connectorTools]) {
    const plain = toPlainName(name);
    uses.set(plain, (uses.get(plain) ?? 0) + 1);
  }

  const taken = new Set(functions.map(({ name }) => name));
  const named: Named<T>[] = functions.map(({ name, item }) => ({ name, item }));
  for (const { name, item, connector } of connectorTools) {
    const plain = toPlainName(name);
    const wanted = uses.get(plain) === 1 ? plain : toPlainName(`${connector}_${name}`);
    const free = firstFree(wanted, taken);
    taken.add(free);
    named.push({ name: free, item });
  }
  return named;
}

function toPlainName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, MAX_NAME);
}

function firstFree(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let n = 2; ; n += 1) {
    const candidate = `${name.slice(0, MAX_NAME - String(n).length - 1)}_${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}
