// node server-main.ts <kind> <port> <journal>: a tool server that can be killed. What its tools did is in the journal,
// written before they answer.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpServer, defineTool, serveHttp, serveStdio } from '@tramontane/mcp-server';
import { mountWebSocket } from '@tramontane/mcp-server/websocket';
import { z } from 'zod';

const [kind = '', port = '0', journal = ''] = process.argv.slice(2);
const input = z.object({ id: z.string(), holdMs: z.number().default(0) });

async function write({ id, holdMs }: z.output<typeof input>): Promise<string> {
  appendFileSync(journal, `${id}\n`);
  if (holdMs > 0) await wait(holdMs);
  return `wrote ${id}`;
}

function createKit() {
  return createMcpServer({
    name: `links-${kind}`,
    version: '1.0.0',
    design: false,
    tools: [
      defineTool({ name: 'write', description: 'Writes one line.', input, handler: write }),
      defineTool({
        name: 'pid',
        description: 'Says which process this is.',
        input: z.object({}),
        handler: () => String(process.pid),
      }),
    ],
  });
}

/** The official SDK 1.x with sessions, as most servers of 2025 have it. */
async function serveSessions(): Promise<number> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const http = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.url === '/sessions') {
        response.end(String(sessions.size));
        return;
      }
      const id = request.headers['mcp-session-id'];
      if (typeof id === 'string') {
        const known = sessions.get(id);
        if (known) return known.handleRequest(request, response);
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
        return;
      }
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: opened => void sessions.set(opened, transport),
        onsessionclosed: closed => void sessions.delete(closed),
      });
      const server = new McpServer({ name: `links-${kind}`, version: '1.0.0' });
      server.registerTool('write', { inputSchema: input.shape }, async args => ({
        content: [{ type: 'text', text: await write(args) }],
      }));
      await server.connect(transport);
      await transport.handleRequest(request, response);
    };
    answer().catch(() => response.destroy());
  });
  http.listen(Number(port), '127.0.0.1');
  await new Promise(resolve => http.once('listening', resolve));
  const address = http.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function serve(): Promise<number> {
  if (kind === 'http-2025') return serveSessions();
  const server = createKit();
  const serving = await serveHttp(server, {
    port: Number(port),
    ...(kind === 'sse' && { paths: { sse: '/sse' } }),
    ...(kind === 'websocket' && { upgrade: servers => mountWebSocket(servers, server) }),
  });
  return serving.port;
}

if (kind === 'stdio') serveStdio(createKit());
else process.stdout.write(`ready ${await serve()}\n`);
