import { randomUUID } from 'node:crypto';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { admits, openHttpListener, sendJson } from './http-listener.ts';
import {
  type PlainTool,
  type SeenCall,
  type ToolServer,
  type ToolServerOptions,
  runPlainTool,
  toSeenCall,
  toWireTool,
} from './tool-server.ts';

export interface SdkV1Server extends ToolServer {
  /** Forget every session, as a restart would: later requests in them are answered 404. */
  loseSessions(): void;
  readonly sessionCount: number;
}

/** A server made with the official SDK 1.x: Streamable HTTP with sessions, protocol versions up to 2025-11-25. */
export async function openSdkV1Server(options: ToolServerOptions): Promise<SdkV1Server> {
  const path = options.path ?? '/mcp';
  const calls: SeenCall[] = [];
  const sessions = new Map<string, { server: Server; transport: StreamableHTTPServerTransport }>();
  let tools: readonly PlainTool[] = options.tools;

  function createProtocolServer(): Server {
    const server = new Server(
      { name: options.name ?? 'sdk-v1', version: '1.0.0' },
      {
        capabilities: { tools: { listChanged: true } },
        ...(options.instructions === undefined ? {} : { instructions: options.instructions }),
      },
    );
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.map(toWireTool) }));
    server.setRequestHandler(CallToolRequestSchema, async (request, extra) => {
      const tool = tools.find(each => each.name === request.params.name);
      if (tool === undefined)
        throw new McpError(ErrorCode.InvalidParams, `Tool ${request.params.name} not found`);
      const header = extra.requestInfo?.headers['x-request-id'];
      const call = toSeenCall(
        request.params,
        request.params._meta,
        typeof header === 'string' ? header : undefined,
      );
      return runPlainTool(tool, call, calls, extra.signal);
    });
    return server;
  }

  async function openSession(): Promise<StreamableHTTPServerTransport> {
    const server = createProtocolServer();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: id => void sessions.set(id, { server, transport }),
      onsessionclosed: id => void sessions.delete(id),
    });
    await server.connect(transport);
    return transport;
  }

  const listener = await openHttpListener((request, response) => {
    const answer = async (): Promise<void> => {
      if (!(await admits(options, request, response))) return;
      if (new URL(request.url ?? '/', 'http://local').pathname !== path) {
        response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>');
        return;
      }
      const id = request.headers['mcp-session-id'];
      const known = typeof id === 'string' ? sessions.get(id) : undefined;
      if (id !== undefined && known === undefined) {
        sendJson(response, 404, {
          jsonrpc: '2.0',
          error: { code: -32001, message: 'Session not found' },
          id: null,
        });
        return;
      }
      await (known?.transport ?? (await openSession())).handleRequest(request, response);
    };
    answer().catch(() => response.destroy());
  });

  const endSessions = async (): Promise<void> => {
    const open = [...sessions.values()];
    sessions.clear();
    await Promise.all(open.map(({ server }) => server.close()));
  };
  return {
    url: listener.origin + path,
    origin: listener.origin,
    calls,
    requests: listener.requests,
    get sessionCount() {
      return sessions.size;
    },
    setTools(next) {
      tools = next;
      for (const { server } of sessions.values()) server.sendToolListChanged().catch(() => undefined);
    },
    loseSessions: () => void endSessions(),
    async close() {
      await endSessions();
      await listener.close();
    },
  };
}
