import type { ServerPaths } from '../http/paths.ts';
import { KitError } from '../kit-error.ts';
import type { McpServer } from '../server.ts';

/**
 * Versions of one server, side by side: `{ v1, v2 }`. Each is a server of its own, so a version can be changed or
 * taken away without touching another.
 */
export type ServerVersions = Readonly<Record<`v${number}`, McpServer>>;

/** A server and where it answers. */
export interface Placed {
  readonly server: McpServer;
  /** For JSON-RPC; the same server, and the same sessions, at each. */
  readonly mcp: readonly string[];
  /** `<rest>/tools` and `<rest>/tools/invoke`. */
  readonly rest: string | undefined;
}

export function isOneServer(served: McpServer | ServerVersions): served is McpServer {
  return 'engine' in served;
}

/**
 * One server answers at its paths. Versions answer at `/v2` and `/v2/mcp` (JSON-RPC) and `/mcp/v2/tools` (REST form);
 * the lowest also at `/mcp`, since an address without a version must not change under those who use it.
 *
 * @throws KitError `definition_invalid` for no versions, or a name that is not `v` and a number.
 */
export function placeServers(
  served: McpServer | ServerVersions,
  { mcp, rest }: Required<ServerPaths>,
): readonly [Placed, ...Placed[]] {
  if (isOneServer(served)) return [{ server: served, mcp: [mcp], rest: rest === false ? undefined : rest }];
  const [first, ...others] = Object.entries(served)
    .map(([name, server]) => ({ name, server, number: parseVersion(name) }))
    .sort((a, b) => a.number - b.number)
    .map(({ name, server }) => ({
      server,
      mcp: [`/${name}`, `/${name}${mcp}`],
      rest: rest === false ? undefined : `${mcp}/${name}`,
    }));
  if (first === undefined) {
    throw new KitError(
      'definition_invalid',
      'No version is given. Give servers by version, as in { v1: server }.',
    );
  }
  return [{ ...first, mcp: [mcp, ...first.mcp] }, ...others];
}

function parseVersion(name: string): number {
  if (/^v[1-9]\d{0,8}$/.test(name)) return Number(name.slice(1));
  throw new KitError(
    'definition_invalid',
    `${JSON.stringify(name)} is not the name of a version. Use v1, v2 and so on.`,
  );
}
