import type { IncomingMessage, ServerResponse } from 'node:http';

/** One call that reached a tool, as the server saw it. */
export interface SeenCall {
  name: string;
  arguments: Record<string, unknown>;
  /** From `_meta["io.tramontane/idempotency-key"]`, or the header of the REST form. */
  idempotencyKey?: string;
  /** From the header X-Request-ID. */
  requestId?: string;
  /** From `_meta`, or the header of the REST form. */
  traceparent?: string;
}

/** A tool given as plain data. */
export interface PlainTool {
  name: string;
  title?: string;
  description?: string;
  /** JSON Schema; sent as it is. */
  inputSchema: Record<string, unknown>;
  outputSchema?: Record<string, unknown>;
  annotations?: {
    title?: string;
    readOnlyHint?: boolean;
    destructiveHint?: boolean;
    idempotentHint?: boolean;
    openWorldHint?: boolean;
  };
  meta?: Record<string, unknown>;
  /** Text answers as one text block, anything else as JSON text and structured content. A throw is a tool error. */
  handler: (args: Record<string, unknown>, call: SeenCall & { signal: AbortSignal }) => unknown;
}

export interface ToolServerOptions {
  tools: readonly PlainTool[];
  /** When set, every request needs `Authorization: Bearer …`. */
  bearerToken?: string;
  /** When set, every request needs this header. */
  apiKey?: { header: string; key: string };
  /** Looks at every request first; false where it has answered itself. */
  guard?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
  /** Path of the MCP endpoint. Default `/mcp`. */
  path?: string;
  name?: string;
  instructions?: string;
}

export interface ToolServer {
  /** Address of the endpoint. */
  readonly url: string;
  readonly origin: string;
  readonly calls: SeenCall[];
  /** `METHOD /path` of every HTTP request, in order, refused ones too. */
  readonly requests: string[];
  /** Replace the tools; clients that listen are told. */
  setTools(tools: readonly PlainTool[]): void;
  close(): Promise<void>;
}

const IDEMPOTENCY_KEY_META = 'io.tramontane/idempotency-key';

/** The members of a definition that go over an MCP wire. */
export function toWireTool(tool: PlainTool): {
  name: string;
  inputSchema: { type: 'object'; [key: string]: unknown };
  [key: string]: unknown;
} {
  return {
    name: tool.name,
    ...(tool.title === undefined ? {} : { title: tool.title }),
    ...(tool.description === undefined ? {} : { description: tool.description }),
    inputSchema: { type: 'object', ...tool.inputSchema },
    ...(tool.outputSchema === undefined ? {} : { outputSchema: { type: 'object', ...tool.outputSchema } }),
    ...(tool.annotations === undefined ? {} : { annotations: tool.annotations }),
    ...(tool.meta === undefined ? {} : { _meta: tool.meta }),
  };
}

/** What is the same in both SDK majors: write the call down, run the tool, shape its answer. */
export async function runPlainTool(
  tool: PlainTool,
  call: SeenCall,
  calls: SeenCall[],
  signal: AbortSignal,
): Promise<{
  content: { type: 'text'; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
}> {
  calls.push(call);
  try {
    const answer = await tool.handler(call.arguments, { ...call, signal });
    if (typeof answer === 'string') return { content: [{ type: 'text', text: answer }] };
    const text = JSON.stringify(answer) ?? 'null';
    const isRecord = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
    return { content: [{ type: 'text', text }], ...(isRecord ? { structuredContent: { ...answer } } : {}) };
  } catch (error) {
    return {
      content: [{ type: 'text', text: error instanceof Error ? error.message : String(error) }],
      isError: true,
    };
  }
}

export function toSeenCall(
  params: { name: string; arguments?: Record<string, unknown> | undefined },
  meta: Record<string, unknown> | undefined,
  requestId: string | null | undefined,
): SeenCall {
  const key = meta?.[IDEMPOTENCY_KEY_META];
  const traceparent = meta?.['traceparent'];
  return {
    name: params.name,
    arguments: params.arguments ?? {},
    ...(typeof key === 'string' ? { idempotencyKey: key } : {}),
    ...(requestId === null || requestId === undefined ? {} : { requestId }),
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
  };
}
