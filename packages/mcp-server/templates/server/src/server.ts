import { createMcpServer, type McpServer } from '@tramontane/mcp-server';
import type { Worker } from '@tramontane/mcp-server/workers';
import { createSearchDocs } from './search-docs.ts';

/** `worker`: where several processes serve on one port. */
export function createServer(docsFolder: string, worker?: Worker): McpServer {
  return createMcpServer({
    name: 'my-server',
    version: '0.1.0',
    tools: [createSearchDocs(docsFolder)],
    ...(worker && { worker }),
  });
}
