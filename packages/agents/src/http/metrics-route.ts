import type { FastifyInstance } from 'fastify';
import { forbidden } from '../core/api-error.ts';
import { isOperator } from '../core/caller.ts';
import type { HttpMetrics } from '../core/ports.ts';
import { callerOf, isScraper } from './caller.ts';

export const METRICS_PATH = '/metrics';

/** Numbers of all tenants: for the operator's eyes, or for who has the token for them. */
export function addMetricsRoute(app: FastifyInstance, metrics: HttpMetrics): void {
  app.get(METRICS_PATH, { logLevel: 'warn' }, async (request, reply) => {
    if (!isScraper(request) && !isOperator(callerOf(request))) {
      throw forbidden(
        'Metrics are for the operator: send a key of TRAMONTANE_API_KEYS, or the token of TRAMONTANE_METRICS_TOKEN.',
      );
    }
    return reply.header('content-type', metrics.contentType).send(await metrics.text());
  });
}
