import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type TracerProvider,
} from '@opentelemetry/api';
import type { EndedCall, Guard, GuardedCall } from '../guard.ts';
import { watchCall } from '../observe/ended-call.ts';
import { createRedaction, type RedactionOptions } from '../observe/redaction.ts';

export interface TracingOptions {
  /** The global one unless given. */
  readonly tracerProvider?: TracerProvider;
  /** Puts the arguments of calls into their spans, redacted; left out unless given. */
  readonly arguments?: RedactionOptions;
}

const NAME = '@tramontane/guards';
const TRACE_FIELDS: readonly string[] = ['traceparent', 'tracestate', 'baggage'];

/**
 * A span for each call of a tool, and everything the tool does inside it (OpenTelemetry, semantic conventions for MCP,
 * "Server"). Its parent is what the caller sent in `_meta`, else in the headers of its request. Needs an OpenTelemetry
 * SDK that the program has set up; without one it does nothing.
 */
export function createTracing(options: TracingOptions = {}): Guard {
  const provider = options.tracerProvider ?? trace.getTracerProvider();
  const tracer = provider.getTracer(NAME);
  const redact = options.arguments && createRedaction(options.arguments);
  return {
    call: (call, next) => {
      const parent = readParent(call);
      const links = toLinks(parent);
      // Only names of real tools: a caller may invent others, and the name of a span must have few values.
      const tool = call.tool?.name;
      const attributes: Attributes = {
        'mcp.method.name': 'tools/call',
        'gen_ai.operation.name': 'execute_tool',
        ...(tool !== undefined && { 'gen_ai.tool.name': tool }),
        ...(call.address !== undefined && { 'network.transport': 'tcp', 'client.address': call.address }),
        ...toVersion(call),
        ...(redact && { 'gen_ai.tool.call.arguments': redact(call.args) }),
        'tramontane.request_id': call.requestId,
      };
      const name = tool === undefined ? 'tools/call' : `tools/call ${tool}`;
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes, links }, parent);
      return context.with(trace.setSpan(parent, span), () =>
        watchCall(call, next, ended => end(span, ended)),
      );
    },
  };
}

/** `_meta` first: several messages may share the request whose headers they came with. */
function readParent({ meta, header }: GuardedCall): Context {
  const inMeta = typeof meta?.['traceparent'] === 'string';
  const carrier: Record<string, string> = {};
  for (const field of TRACE_FIELDS) {
    const value = inMeta ? meta[field] : header?.(field);
    if (typeof value === 'string') carrier[field] = value;
  }
  return propagation.extract(carrier['traceparent'] === undefined ? context.active() : ROOT_CONTEXT, carrier);
}

/** The span of the transport, where there is one and it is not the parent. */
function toLinks(parent: Context): { context: ReturnType<Span['spanContext']> }[] {
  const around = trace.getSpan(context.active())?.spanContext();
  const above = trace.getSpan(parent)?.spanContext();
  return around && around.spanId !== above?.spanId ? [{ context: around }] : [];
}

function toVersion({ header }: GuardedCall): Attributes {
  const version = header?.('mcp-protocol-version');
  return version === undefined || version.length > 32 ? {} : { 'mcp.protocol.version': version };
}

function end(span: Span, { errorType, error }: EndedCall): void {
  if (errorType !== undefined) {
    span.setAttribute('error.type', errorType);
    span.setStatus({ code: SpanStatusCode.ERROR, ...(error !== undefined && { message: error }) });
  }
  span.end();
}
