import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { z } from 'zod';

/** A server of the official SDK 1.x with sessions, as most servers of 2025 have it, with the one tool `write`. */
export async function serveSessions<I extends z.ZodObject>(
  name: string,
  port: number,
  { input, handler }: { input: I; handler: (args: z.output<I>) => Promise<string> },
): Promise<{ readonly port: number; readonly sessions: () => number }> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const http = createServer((request, response) => {
    const answer = async (): Promise<void> => {
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
      const server = new McpServer({ name, version: '1.0.0' });
      server.registerTool('write', { inputSchema: input.shape }, async args => ({
        content: [{ type: 'text', text: await handler(args as z.output<I>) }],
      }));
      await server.connect(transport);
      await transport.handleRequest(request, response);
    };
    answer().catch(() => response.destroy());
  });
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  return { port: (http.address() as AddressInfo).port, sessions: () => sessions.size };
}
