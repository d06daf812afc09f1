import { createMcpServer, defineTool, type McpServer } from '@tramontane/mcp-server';
import * as z from 'zod';
import { ADD, otherTools } from './tool-texts.ts';

/** The kit as its users would use it: zod schemas, input and output checked. */
export function createKitServer(tools: number): McpServer {
  return createMcpServer({
    name: 'bench',
    version: '1.0.0',
    tools: [ADD, ...otherTools(tools)].map(text =>
      defineTool({
        ...text,
        input: z.object({ a: z.number().describe('One number.'), b: z.number().describe('The other.') }),
        output: z.object({ sum: z.number() }),
        annotations: { readOnlyHint: true },
        handler: ({ a, b }) => ({ sum: a + b }),
      }),
    ),
  });
}
