import type { McpTransportName } from './dialect.ts';

/** One place and form to try. */
export type Candidate =
  | { readonly form: 'mcp'; readonly url: URL; readonly via: McpTransportName }
  | { readonly form: 'rest'; readonly toolsUrl: URL };

/**
 * Where a server given by this address may be, most likely first:
 * 1. MCP at the address itself, 2. MCP at address + `/mcp`, 3. the REST form's list of tools, 4. HTTP+SSE of 2024 at the
 *    address and at address + `/sse`.
 *
 * - `ws`, `wss` and `stdio` addresses mean one thing.
 * - An address that ends in `/sse` is asked for HTTP+SSE second.
 * - An address that ends in `/mcp/v1` or `/mcp/v2` names the REST form, so that comes first.
 * - An address that ends in `/v2` also means `<base>/mcp/v2/…` (the guide's second version).
 * - The query is kept: some servers are given a key or a tenant there.
 */
export function candidatesFor(url: URL): Candidate[] {
  if (url.protocol === 'stdio:') return [{ form: 'mcp', url, via: 'stdio' }];
  if (url.protocol === 'ws:' || url.protocol === 'wss:') return [{ form: 'mcp', url, via: 'websocket' }];
  const path = url.pathname.replace(/\/+$/, '');
  const at = (pathname: string): URL => {
    const copy = new URL(url);
    copy.pathname = pathname;
    return copy;
  };
  const mcp = (pathname: string): Candidate => ({ form: 'mcp', url: at(pathname), via: 'http' });
  const sse = (pathname: string): Candidate => ({ form: 'mcp', url: at(pathname), via: 'sse' });
  const rest = (pathname: string): Candidate => ({ form: 'rest', toolsUrl: at(pathname) });

  const restPath = /^(.*\/mcp)\/(v\d+)(?:\/tools)?$/.exec(path);
  if (restPath?.[1] !== undefined) {
    return [rest(`${restPath[1]}/${restPath[2]}/tools`), mcp(url.pathname), mcp(restPath[1])];
  }
  if (path.endsWith('/sse')) return [mcp(url.pathname), sse(url.pathname)];
  if (path.endsWith('/mcp')) return [mcp(url.pathname), rest(`${path}/v1/tools`), sse(url.pathname)];
  const versioned = /^(.*)\/v2$/.exec(path);
  return [
    mcp(url.pathname),
    mcp(`${path}/mcp`),
    ...(versioned === null ? [] : [rest(`${versioned[1]}/mcp/v2/tools`)]),
    rest(`${path}/mcp/v1/tools`),
    sse(url.pathname),
    sse(`${path}/sse`),
  ];
}

/** The address that opens a WebSocket, as HTTP has it: its opening is a request, and what guards it has such an address. */
export function toHttpUrl(url: URL): URL {
  return new URL(url.href.replace(/^ws(?=s?:)/, 'http'));
}

/** The subprotocol of MCP over WebSocket, as the official SDK 1.x and this project's servers have it. */
export const WEBSOCKET_SUBPROTOCOL = 'mcp';
