import type { ConnectionError } from './connection-error.ts';
import type { DialectName } from './tool-definitions.ts';
import type { ToolCall, ToolResult } from './tool-result.ts';

/** Ways that MCP messages travel. `sse` is HTTP+SSE of 2024-11-05. */
export type McpTransportName = 'http' | 'sse' | 'websocket' | 'stdio';

/** Where a server was found and what it speaks; enough to go there again without searching. */
export type Finding =
  | {
      readonly form: 'mcp';
      readonly url: URL;
      readonly via: McpTransportName;
      readonly era: 'modern' | 'legacy';
      /** Name and version of the server, and what it was asked in; another one is looked at anew. */
      readonly identity: string;
      /** When the era was found out, milliseconds since 1970. */
      readonly foundAt: number;
    }
  | { readonly form: 'rest'; readonly toolsUrl: URL };

/** A server's list as it came, before its definitions are judged. */
export interface RawListing {
  readonly items: readonly unknown[];
  readonly problems: readonly string[];
  /** Freshness the server promised, milliseconds. */
  readonly ttlMs?: number;
}

/**
 * `stale`: this connection no longer fits the server (its session is lost, its address answers 404 or 405). Most often
 * the server itself says so: the call was not run and may be made again on a new connection. Where `error.mayHaveRun`,
 * something in between may have said it, and only another server at the address proves that this one did not run it.
 */
export type CallOutcome =
  | { readonly kind: 'answer'; readonly result: ToolResult }
  | { readonly kind: 'stale'; readonly isSessionLost: boolean; readonly error: ConnectionError };

/** A request that is no call of a tool, such as `resources/read`. It has no effect, so it may be made again. */
export interface Question {
  readonly method: string;
  readonly params?: Record<string, unknown>;
  readonly signal: AbortSignal;
}

/** An open connection to one server, in the form that server speaks. */
export interface Dialect {
  readonly name: DialectName;
  readonly via: McpTransportName;
  readonly protocolVersion: string;
  readonly serverName?: string;
  readonly instructions?: string;
  readonly finding: Finding;
  /** Resolves when the connection is over without `close`; the reason completes "<server> …". Absent where there is none to lose. */
  readonly lost?: Promise<string>;
  /** @throws ConnectionError */
  list(signal: AbortSignal): Promise<RawListing>;
  /** A sign of life. @throws ConnectionError */
  ping(signal: AbortSignal): Promise<void>;
  /** Any other request of the protocol. @throws ConnectionError */
  ask(question: Question): Promise<Record<string, unknown>>;
  /** @param inputSchema schema of the tool where it is known @throws ConnectionError */
  call(call: ToolCall, inputSchema: Record<string, unknown> | undefined): Promise<CallOutcome>;
  close(): Promise<void>;
}
