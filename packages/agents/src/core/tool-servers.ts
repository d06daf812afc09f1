import type { ToolContent } from '@tramontane/engine';
import type { Connector, ConnectorAccess } from './connector.ts';

export interface ListedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly outputSchema?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly icons?: readonly unknown[];
  readonly meta?: Readonly<Record<string, unknown>>;
  /** The server says that a call with the same key runs once. */
  readonly takesIdempotencyKey: boolean;
}

export interface ToolAnswer {
  readonly isError: boolean;
  readonly content: readonly ToolContent[];
  readonly structuredContent?: unknown;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** State of the connection to a tool server. Times are milliseconds since 1970. */
export interface ToolServerHealth {
  readonly server: string;
  readonly state: 'idle' | 'connecting' | 'ready' | 'waiting' | 'refused' | 'closed';
  readonly since: number;
  readonly circuit: 'closed' | 'open';
  readonly failures: number;
  readonly lastError?: { readonly code: string; readonly message: string; readonly at: number };
  readonly nextTryAt?: number;
  readonly connects: number;
  readonly dialect?: string;
  readonly via?: string;
  readonly protocolVersion?: string;
  readonly serverName?: string;
  readonly tools?: { readonly count: number; readonly fetchedAt: number; readonly stale: boolean };
}

export interface ToolServers {
  list(
    connector: Connector,
    access: ConnectorAccess,
    options: { signal: AbortSignal; refresh?: boolean },
  ): Promise<{
    tools: readonly ListedTool[];
    /** Characters of the whole list, as it came. */
    size: number;
    instructions?: string;
    /** The server does not answer now; these are the tools it had when it last did. */
    stale?: { readonly code: ToolServerFailureCode; readonly message: string };
  }>;
  call(
    connector: Connector,
    access: ConnectorAccess,
    call: {
      tool: string;
      arguments: Readonly<Record<string, unknown>>;
      key: string;
      requestId?: string;
      /** W3C trace context by its field names, for the tool server. */
      trace?: Readonly<Record<string, string>>;
      signal: AbortSignal;
    },
  ): Promise<ToolAnswer>;
  /** How the server is for this access. Asks nothing of it; `undefined` when it was not used lately. */
  health(connector: Connector, access: ConnectorAccess): ToolServerHealth | undefined;
  /** The operator vouches for what this server says of its tools. */
  isTrusted(connector: Connector): boolean;
}

/** Tools that were listed before. */
export interface KnownTools {
  /** @param credentialId What was signed in with; without, the connector's own way in. */
  of(connector: Connector, credentialId: string | undefined): readonly ListedTool[] | undefined;
}

export type ToolServerFailureCode =
  | 'unreachable'
  | 'invalid_target'
  | 'not_mcp_server'
  | 'refused'
  | 'sign_in_required'
  | 'authorization_failed'
  | 'tool_changed'
  | 'timed_out'
  | 'protocol_error'
  | 'closed'
  | 'cancelled';

/** A tool server that gave no usable answer. */
export class ToolServerFailure extends Error {
  readonly code: ToolServerFailureCode;
  /** The call had left: its effect may have happened. */
  readonly mayHaveRun: boolean;
  /** Something answered, and the answer could not be read. */
  readonly answered: boolean;

  constructor(
    code: ToolServerFailureCode,
    message: string,
    options: { mayHaveRun: boolean; answered?: boolean; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = 'ToolServerFailure';
    this.code = code;
    this.mayHaveRun = options.mayHaveRun;
    this.answered = options.answered ?? false;
  }
}
