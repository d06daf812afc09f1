// node sdk-v2.ts <stdio|http>: a server of the official SDK 2.x in the form of its guide, one factory for both eras.
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  type McpRequestContext,
  McpServer,
  acceptedContent,
  createMcpHandler,
  inputRequired,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const Confirmation = z.object({ confirm: z.boolean() });

function createFor({ era }: McpRequestContext): McpServer {
  const server = new McpServer(
    { name: 'sdk-v2', version: '2.0.0' },
    { capabilities: { tools: {} }, instructions: 'Ask before you deploy.' },
  );
  server.registerTool(
    'area',
    {
      title: 'Area of a rectangle',
      inputSchema: z.object({ width: z.number().positive(), height: z.number().positive() }),
      outputSchema: z.object({ area: z.number() }),
      annotations: { readOnlyHint: true },
    },
    async ({ width, height }) => {
      const structuredContent = { area: width * height };
      return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
    },
  );
  server.registerTool('era', { description: 'Which era answers.' }, async () => ({
    content: [{ type: 'text', text: era }],
  }));
  server.registerTool(
    'steps',
    { inputSchema: z.object({ count: z.int() }) },
    async ({ count }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken ?? 'nobody';
      for (let progress = 1; progress <= count; progress += 1) {
        const params = { progressToken, progress, total: count };
        await mcpReq.notify({ method: 'notifications/progress', params });
      }
      return { content: [{ type: 'text', text: `took ${count} steps` }] };
    },
  );
  server.registerTool('deploy', { inputSchema: z.object({ to: z.string() }) }, async ({ to }, { mcpReq }) => {
    const confirmed = acceptedContent(mcpReq.inputResponses, 'confirm', Confirmation);
    if (confirmed?.confirm === true) return { content: [{ type: 'text', text: `deployed to ${to}` }] };
    const message = `Deploy to ${to}?`;
    return inputRequired({
      inputRequests: { confirm: inputRequired.elicit({ message, requestedSchema: Confirmation }) },
    });
  });
  server.registerTool('fail', {}, async () => {
    throw new Error('the disk is full');
  });
  return server;
}

if (process.argv[2] === 'stdio') serveStdio(createFor);
else {
  const handle = toNodeHandler(createMcpHandler(createFor));
  // Its types want absent properties where node has undefined ones.
  type NodeRequest = Parameters<typeof handle>[0];
  createServer((request, response) => void handle(request as NodeRequest, response)).listen(0, '127.0.0.1');
}
