import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';

const NAME = '@tramontane/agents';

/**
 * A span for each request, below the one in its headers, and everything the request starts inside it (OpenTelemetry,
 * semantic conventions for HTTP, "Server"). Without an OpenTelemetry SDK it costs next to nothing.
 */
export function traceRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, { raw }, done) => {
    const route = request.routeOptions.url;
    const parent = propagation.extract(context.active(), request.headers);
    const name = route === undefined ? request.method : `${request.method} ${route}`;
    const attributes = {
      'http.request.method': request.method,
      'url.path': request.url.split('?', 1)[0] ?? '',
      'client.address': request.ip,
      'tramontane.request_id': request.id,
      ...(route !== undefined && { 'http.route': route }),
    };
    const span = trace.getTracer(NAME).startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
    // Fastify's own hook is not reached when the caller leaves.
    raw.once('close', () => {
      const { headersSent, statusCode } = raw;
      if (headersSent) span.setAttribute('http.response.status_code', statusCode);
      if (headersSent && statusCode >= 500) {
        span.setAttribute('error.type', String(statusCode));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    });
    context.with(trace.setSpan(parent, span), done);
  });
}
