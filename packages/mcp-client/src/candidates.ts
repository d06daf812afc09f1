/** One place and form to try. */
export type Candidate =
  { readonly form: 'mcp'; readonly url: URL } | { readonly form: 'rest'; readonly toolsUrl: URL };

/**
 * Where a server given by this address may be, most likely first:
 * 1. MCP at the address itself, 2. MCP at address + `/mcp`, 3. the REST form's list of tools.
 *
 * - An address that ends in `/mcp/v1` or `/mcp/v2` names the REST form, so that comes first.
 * - An address that ends in `/v2` also means `<base>/mcp/v2/…` (the guide's second version).
 * - The query is kept: some servers are given a key or a tenant there.
 */
export function candidatesFor(url: URL): Candidate[] {
  const path = url.pathname.replace(/\/+$/, '');
  const at = (pathname: string): URL => {
    const copy = new URL(url);
    copy.pathname = pathname;
    return copy;
  };
  const mcp = (pathname: string): Candidate => ({ form: 'mcp', url: at(pathname) });
  const rest = (pathname: string): Candidate => ({ form: 'rest', toolsUrl: at(pathname) });

  const restPath = /^(.*\/mcp)\/(v\d+)(?:\/tools)?$/.exec(path);
  if (restPath?.[1] !== undefined) {
    return [rest(`${restPath[1]}/${restPath[2]}/tools`), mcp(url.pathname), mcp(restPath[1])];
  }
  if (path.endsWith('/mcp')) return [mcp(url.pathname), rest(`${path}/v1/tools`)];
  const versioned = /^(.*)\/v2$/.exec(path);
  return [
    mcp(url.pathname),
    mcp(`${path}/mcp`),
    ...(versioned === null ? [] : [rest(`${versioned[1]}/mcp/v2/tools`)]),
    rest(`${path}/mcp/v1/tools`),
  ];
}
