import type { JsonSchema, ToolAnnotations } from '../definition/define-tool.ts';

/** A tool as another server lists it. */
export interface RemoteTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly annotations?: ToolAnnotations;
  /** A second call with the same key has no second effect. */
  readonly takesIdempotencyKey?: boolean;
}

export interface RemoteCall {
  readonly name: string;
  readonly arguments: Record<string, unknown>;
  readonly idempotencyKey: string;
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly onProgress: (told: {
    readonly progress: number;
    readonly total?: number | undefined;
    readonly message?: string | undefined;
  }) => void;
}

export interface RemoteResult {
  readonly isError: boolean;
  /** Content blocks of MCP, handed on as they are. */
  readonly content: readonly { readonly type: string }[];
  readonly structuredContent?: unknown;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Another MCP server as a proxy needs it. `openConnections` of `@tramontane/mcp-client` has both functions, for any
 * target; an error may have `mayHaveRun: true` when it is not known whether the tool ran.
 */
export interface RemoteServer {
  readonly listTools: (options: {
    readonly signal: AbortSignal;
    readonly refresh?: boolean;
  }) => Promise<{ readonly tools: readonly RemoteTool[] }>;
  readonly callTool: (call: RemoteCall) => Promise<RemoteResult>;
}
