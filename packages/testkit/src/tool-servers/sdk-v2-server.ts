import { toNodeHandler } from '@modelcontextprotocol/node';
import { ProtocolError, ProtocolErrorCode, Server, createMcpHandler } from '@modelcontextprotocol/server';
import { admits, openHttpListener } from './http-listener.ts';
import {
  type PlainTool,
  type SeenCall,
  type ToolServer,
  type ToolServerOptions,
  runPlainTool,
  toSeenCall,
  toWireTool,
} from './tool-server.ts';

export interface SdkV2ServerOptions extends ToolServerOptions {
  /** `both` also answers clients of 2025, without sessions. Default `both`. */
  eras?: 'both' | 'modern';
  /** Freshness the server promises for its list of tools, milliseconds. */
  listTtlMs?: number;
}

/** A server made with the official SDK 2.x: protocol version 2026-07-28, and the older ones where `eras` says so. */
export async function openSdkV2Server(options: SdkV2ServerOptions): Promise<ToolServer> {
  const path = options.path ?? '/mcp';
  const calls: SeenCall[] = [];
  let tools: readonly PlainTool[] = options.tools;

  const handler = createMcpHandler(
    () => {
      const server = new Server(
        { name: options.name ?? 'sdk-v2', version: '2.0.0' },
        {
          capabilities: { tools: { listChanged: true } },
          ...(options.instructions === undefined ? {} : { instructions: options.instructions }),
          ...(options.listTtlMs === undefined
            ? {}
            : { cacheHints: { 'tools/list': { ttlMs: options.listTtlMs } } }),
        },
      );
      server.setRequestHandler('tools/list', () => ({ tools: tools.map(toWireTool) }));
      server.setRequestHandler('tools/call', async (request, context) => {
        const tool = tools.find(each => each.name === request.params.name);
        if (tool === undefined)
          throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${request.params.name} not found`);
        const call = toSeenCall(
          request.params,
          context.mcpReq._meta,
          context.http?.req?.headers.get('x-request-id'),
        );
        return runPlainTool(tool, call, calls, context.mcpReq.signal);
      });
      return server;
    },
    { legacy: options.eras === 'modern' ? 'reject' : 'stateless' },
  );
  const serve = toNodeHandler(handler);
  // The SDK types its request without `undefined` in optional members, which node's own type has.
  type NodeRequest = Parameters<typeof serve>[0];
  const listener = await openHttpListener((request, response) => {
    const answer = async (): Promise<void> => {
      if (!(await admits(options, request, response))) return;
      if (new URL(request.url ?? '/', 'http://local').pathname !== path) {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('Not Found');
        return;
      }
      await serve(request as NodeRequest, response);
    };
    answer().catch(() => response.destroy());
  });
  return {
    url: listener.origin + path,
    origin: listener.origin,
    calls,
    requests: listener.requests,
    setTools(next) {
      tools = next;
      handler.notify.toolsChanged();
    },
    async close() {
      await handler.close();
      await listener.close();
    },
  };
}
