import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { ADD, otherTools } from './tool-texts.ts';

/** A factory as createMcpHandler and serveStdio want it; what can be made once is made outside. */
export function createSdkFactory(tools: number): () => McpServer {
  const texts = [ADD, ...otherTools(tools)];
  const inputSchema = z.object({
    a: z.number().describe('One number.'),
    b: z.number().describe('The other.'),
  });
  const annotations = { readOnlyHint: true };
  const outputSchema = z.object({ sum: z.number() });
  return () => {
    const server = new McpServer({ name: 'bench', version: '1.0.0' });
    for (const { name, title, description } of texts) {
      server.registerTool(
        name,
        { title, description, inputSchema, outputSchema, annotations },
        async ({ a, b }) => {
          const structuredContent = { sum: a + b };
          return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
        },
      );
    }
    return server;
  };
}
