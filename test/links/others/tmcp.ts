// node tmcp.ts: a server of tmcp over HTTP, in the form of its documentation.
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod';
import { HttpTransport } from '@tmcp/transport-http';
import { McpServer } from 'tmcp';
import { tool } from 'tmcp/utils';
import { z } from 'zod';

const server = new McpServer(
  { name: 'tmcp', version: '1.0.0', description: 'calculates' },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: { listChanged: true } } },
);
server.tool(
  {
    name: 'divide',
    description: 'Divides one number by another.',
    schema: z.object({ a: z.number(), b: z.number() }),
    outputSchema: z.object({ quotient: z.number() }),
  },
  ({ a, b }) => (b === 0 ? tool.error('Nothing can be divided by 0.') : tool.structured({ quotient: a / b })),
);
server.tool({ name: 'pixel', description: 'A picture.' }, () =>
  tool.mix([tool.text('One pixel:'), tool.media('image', 'R0lGODlhAQABAAAAACw=', 'image/gif')]),
);
server.tool({ name: 'rename', description: 'Asks for a name.', replayable: true }, async () => {
  const asked = await server.elicitation('Which name?', z.object({ name: z.string() }));
  return tool.text(asked.content === undefined ? asked.action : `renamed to ${asked.content.name}`);
});

const transport = new HttpTransport(server, { path: '/mcp' });
// The bridge from node:http is the official SDK's.
const handle = toNodeHandler({
  fetch: async request => (await transport.respond(request)) ?? new Response(null, { status: 404 }),
});
/** Its types want absent properties where node has undefined ones. */
type NodeRequest = Parameters<typeof handle>[0];
createServer((request, response) => void handle(request as NodeRequest, response)).listen(0, '127.0.0.1');
