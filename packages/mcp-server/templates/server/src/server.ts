import { createMcpServer, type McpServer } from '@tramontane/mcp-server';
import { createSearchDocs } from './search-docs.ts';

export function createServer(docsFolder: string): McpServer {
  return createMcpServer({
    name: 'my-server',
    version: '0.1.0',
    tools: [createSearchDocs(docsFolder)],
  });
}
