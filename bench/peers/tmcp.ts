import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod';
import { HttpTransport } from '@tmcp/transport-http';
import { McpServer } from 'tmcp';
import * as z from 'zod';
import { readNumber, tellParent } from './tell-parent.ts';
import { ADD, otherTools } from './tool-texts.ts';

const mcp = new McpServer(
  { name: 'bench', version: '1.0.0', description: 'bench' },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } },
);
for (const text of [ADD, ...otherTools(readNumber('tools', 1))]) {
  mcp.tool(
    {
      ...text,
      schema: z.object({ a: z.number().describe('One number.'), b: z.number().describe('The other.') }),
      outputSchema: z.object({ sum: z.number() }),
      annotations: { readOnlyHint: true },
    },
    ({ a, b }) => {
      const structuredContent = { sum: a + b };
      return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
    },
  );
}
const transport = new HttpTransport(mcp, { path: '/mcp' });
// The bridge from node:http is the one the official SDK gets too.
const handle = toNodeHandler({
  fetch: async request => (await transport.respond(request)) ?? new Response(null, { status: 404 }),
});
/** Its types want absent properties where node has undefined ones. */
type NodeRequest = Parameters<typeof handle>[0];
const server = createServer((request, response) => void handle(request as NodeRequest, response));
server.listen(0, '127.0.0.1', () => {
  tellParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
