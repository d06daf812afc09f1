import type { IncomingMessage, ServerResponse } from 'node:http';
import { admits, openHttpListener, readText, sendJson } from './http-listener.ts';
import type { PlainTool, SeenCall, ToolServer, ToolServerOptions } from './tool-server.ts';

export interface RestServerOptions extends Omit<ToolServerOptions, 'path'> {
  /** Version in the path: `/mcp/v1/tools`. Default `v1`. */
  version?: 'v1' | 'v2';
  /** Put in front of every path, as a reverse proxy would. */
  prefix?: string;
}

/**
 * The guide's REST form, written with node:http alone so that it shares no mistake with the kit:
 * `GET /mcp/v1/tools`, `POST /mcp/v1/tools/invoke`, `GET /health`. `url` is the base an agent is given.
 */
export async function openRestServer(options: RestServerOptions): Promise<ToolServer> {
  const prefix = options.prefix ?? '';
  const toolsPath = `${prefix}/mcp/${options.version ?? 'v1'}/tools`;
  const calls: SeenCall[] = [];
  let tools: readonly PlainTool[] = options.tools;

  async function invoke(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body: unknown;
    try {
      body = JSON.parse(await readText(request));
    } catch {
      sendJson(response, 422, {
        detail: [{ type: 'json_invalid', loc: ['body'], msg: 'JSON decode error' }],
      });
      return;
    }
    const { name, arguments: args } = (body ?? {}) as { name?: unknown; arguments?: unknown };
    if (typeof name !== 'string' || typeof args !== 'object' || args === null) {
      sendJson(response, 422, {
        detail: [{ type: 'missing', loc: ['body', 'arguments'], msg: 'Field required' }],
      });
      return;
    }
    const tool = tools.find(each => each.name === name);
    if (tool === undefined) {
      sendJson(response, 200, { success: false, result: null, error: `Unknown tool: ${name}` });
      return;
    }
    const key = request.headers['idempotency-key'];
    const id = request.headers['x-request-id'];
    const trace = request.headers['traceparent'];
    const call: SeenCall = {
      name,
      arguments: args as Record<string, unknown>,
      ...(typeof key === 'string' ? { idempotencyKey: key } : {}),
      ...(typeof id === 'string' ? { requestId: id } : {}),
      ...(typeof trace === 'string' ? { traceparent: trace } : {}),
    };
    calls.push(call);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    try {
      const result = await tool.handler(call.arguments, { ...call, signal: gone.signal });
      sendJson(response, 200, { success: true, result: result ?? null, error: null });
    } catch (error) {
      sendJson(response, 200, {
        success: false,
        result: null,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  const listener = await openHttpListener((request, response) => {
    const route = `${request.method} ${new URL(request.url ?? '/', 'http://local').pathname}`;
    const answer = async (): Promise<void> => {
      if (route === `GET ${toolsPath}`) {
        if (await admits(options, request, response)) sendJson(response, 200, listTools());
      } else if (route === `POST ${toolsPath}/invoke`) {
        if (await admits(options, request, response)) await invoke(request, response);
      } else if (route === `GET ${prefix}/health`)
        sendJson(response, 200, { status: 'healthy', version: '1.0.0' });
      else sendJson(response, 404, { detail: 'Not Found' });
    };
    answer().catch(() => response.destroy());
  });

  function listTools(): object {
    return {
      tools: tools.map(tool => ({
        name: tool.name,
        description: tool.description ?? '',
        input_schema: { type: 'object', ...tool.inputSchema },
        ...(tool.annotations === undefined ? {} : { annotations: tool.annotations }),
        ...(tool.meta === undefined ? {} : { _meta: tool.meta }),
      })),
    };
  }

  return {
    url: listener.origin + prefix,
    origin: listener.origin,
    calls,
    requests: listener.requests,
    setTools(next) {
      tools = next;
    },
    close: () => listener.close(),
  };
}
