import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createBearerAuth } from '@tramontane/guards';
import { forbidden } from '../core/api-error.ts';
import { isOperator } from '../core/caller.ts';
import { callerOf } from './caller.ts';

/** What the server counts (`/metrics`, in the text format of Prometheus). */
export interface HttpMetrics {
  readonly contentType: string;
  readonly text: () => Promise<string>;
  /** @param answer.route Of the router; absent where there is none. */
  readonly countAnswer: (answer: {
    readonly method: string;
    readonly route: string | undefined;
    readonly status: number;
    /** The guard that refused the request. */
    readonly refusedBy: string | undefined;
  }) => void;
}

const PATH = '/metrics';

/** Whether a request comes with the token that reads metrics and nothing else. */
type IsScraper = (request: FastifyRequest) => Promise<boolean>;

/** @throws GuardsError `bad_token` for a token that no header can carry. */
export function createScraperCheck(token: string | undefined): IsScraper {
  if (token === undefined) return async () => false;
  const { check } = createBearerAuth({ tokens: [token] });
  return async ({ url, headers }) => {
    if (url.split('?', 1)[0] !== PATH) return false;
    const verdict = await check(name => (name === 'authorization' ? headers.authorization : undefined));
    return verdict.ok;
  };
}

/** Numbers of all tenants: for the operator's eyes, or for who has the token for them. */
export function addMetricsRoute(app: FastifyInstance, metrics: HttpMetrics, isScraper: IsScraper): void {
  app.get(PATH, { logLevel: 'warn' }, async (request, reply) => {
    if (!(await isScraper(request)) && !isOperator(callerOf(request))) {
      throw forbidden(
        'Metrics are for the operator: send a key of TRAMONTANE_API_KEYS, or the token of TRAMONTANE_METRICS_TOKEN.',
      );
    }
    return reply.header('content-type', metrics.contentType).send(await metrics.text());
  });
}
