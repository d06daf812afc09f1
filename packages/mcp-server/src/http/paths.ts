/** Where a server answers. `false` leaves a part out. */
export interface ServerPaths {
  /** JSON-RPC; `/mcp` unless given. */
  readonly mcp?: string;
  /** `<rest>/tools` and `<rest>/tools/invoke`; `/mcp/v1` unless given. */
  readonly rest?: string | false;
  /** `/health` unless given. */
  readonly health?: string | false;
  /** The description of this API in OpenAPI 3.1; `/openapi.json` unless given. */
  readonly openapi?: string | false;
  /** HTTP+SSE for clients of 2024-11-05, as in `/sse`; not served unless given. */
  readonly sse?: string | false;
}

export function resolvePaths({
  mcp = '/mcp',
  rest = '/mcp/v1',
  health = '/health',
  openapi = '/openapi.json',
  sse = false,
}: ServerPaths = {}): Required<ServerPaths> {
  return { mcp, rest, health, openapi, sse };
}
