import {
  context,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type SpanKind,
} from '@opentelemetry/api';

const NAME = '@tramontane/agents';

/**
 * Runs `work` inside a span. A rejection marks it with `error.type` and goes on; messages of errors may hold what
 * callers wrote, and stay out of it. Without an OpenTelemetry SDK it costs next to nothing.
 */
export async function inSpan<Value>(
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  work: (span: Span) => Promise<Value>,
): Promise<Value> {
  // Asked for at each span: the program may set its SDK up after this module was loaded.
  const span = trace.getTracer(NAME).startSpan(name, { kind, attributes });
  return context.with(trace.setSpan(context.active(), span), async () => {
    try {
      return await work(span);
    } catch (error) {
      markFailed(span, toErrorType(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

export function markFailed(span: Span, errorType: string): void {
  span.setAttribute('error.type', errorType);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Of few values: the code of our errors, else the class. */
export function toErrorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
