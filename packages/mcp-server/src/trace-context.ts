import type { TraceContext } from './call-context.ts';
import { isRecord } from './engine/rpc.ts';
import type { RequestMeta } from './request-meta.ts';

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** W3C trace context from `_meta` (MCP 2026-07-28, basic, "Trace Context"), else from the headers of its names. */
export function readTrace(
  params: Readonly<Record<string, unknown>>,
  { header }: RequestMeta,
): TraceContext | undefined {
  const envelope = params['_meta'];
  const inBody = isRecord(envelope) && typeof envelope['traceparent'] === 'string';
  const read = (name: string): string | undefined => {
    const value = inBody ? envelope[name] : header?.(name);
    return typeof value === 'string' ? value : undefined;
  };
  const traceparent = read('traceparent');
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined;
  const tracestate = read('tracestate');
  const baggage = read('baggage');
  return {
    traceparent,
    ...(tracestate !== undefined && { tracestate }),
    ...(baggage !== undefined && { baggage }),
  };
}
