import type { ContentBlock } from '@modelcontextprotocol/client';

export type { ContentBlock };

/** A tool's own answer, good or bad. */
export interface ToolResult {
  isError: boolean;
  content: ContentBlock[];
  structuredContent?: unknown;
  meta?: Record<string, unknown>;
}

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
  /** The same on every attempt of one call. */
  idempotencyKey: string;
  /** Sent as X-Request-ID. */
  requestId?: string;
  /** W3C trace context by its field names (`traceparent`, `tracestate`, `baggage`); sent in `_meta` and as headers. */
  trace?: Readonly<Record<string, string>>;
  signal: AbortSignal;
  /** What the tool tells of its work. Each report also starts the idle limit of the call anew. */
  onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export function toErrorResult(text: string): ToolResult {
  return { isError: true, content: [{ type: 'text', text }] };
}
