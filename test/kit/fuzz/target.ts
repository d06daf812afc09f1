import { createMcpServer, defineTool, type McpServer } from '@tramontane/mcp-server';
import * as z from 'zod';

/** @param complain is told everything that the server finds wrong with itself. */
export function createTarget(complain: (fields: object) => void): McpServer {
  const drop = (): void => {};
  return createMcpServer({
    name: 'target',
    version: '1.0.0',
    log: { debug: drop, info: drop, warn: drop, error: complain },
    tools: [
      defineTool({
        name: 'add',
        description: 'Adds two numbers.',
        input: z.object({ a: z.number(), b: z.number() }),
        handler: ({ a, b }) => ({ sum: a + b }),
      }),
    ],
  });
}
