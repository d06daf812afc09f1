import type { Logger } from 'pino';
import { createBearerAuth, createGuards, type Guards } from '@tramontane/guards';
import { createLimits } from '@tramontane/guards/limits';
import type { Config } from './config.ts';
import type { ApiKeyStore } from './core/api-key.ts';
import { createApiGuards } from './http/guarding.ts';

/** Who may call, from where and how often, as the settings say. */
export interface Edge {
  readonly guards: Guards;
  /** Who may read metrics and nothing else, from where; absent where there is no token for them. */
  readonly scrapers?: Guards;
  /** What metrics say of it. */
  readonly sources: { readonly isRateStoreShared?: () => boolean };
  close(): Promise<void>;
}

/** Before every key in Redis: other servers there count for themselves. */
const PREFIX = 'tramontane-agents';

export async function openEdge(
  config: Config,
  known: { readonly firstKey: string; readonly stored: Pick<ApiKeyStore, 'list'>; readonly log: Logger },
): Promise<Edge> {
  const { rateLimit: perCaller, globalRateLimit: global, redisUrl, allowedIps: allow } = config;
  const { trustedProxies, corsOrigins } = config;
  const isLimited = perCaller !== undefined || global !== undefined;
  const redis = isLimited && redisUrl !== undefined ? await openRedis(redisUrl, known.log) : undefined;
  const network = (allow ?? trustedProxies) && {
    network: { ...(allow && { allow }), ...(trustedProxies && { trustedProxies }) },
  };
  const guards = createApiGuards(
    { operatorKeys: config.apiKeys ?? [known.firstKey], stored: known.stored },
    {
      ...network,
      ...(isLimited && {
        limits: createLimits({
          ...(perCaller !== undefined && { perCaller }),
          ...(global !== undefined && { global }),
          ...(redis && { store: redis }),
        }),
      }),
      ...(corsOrigins && { corsOrigins }),
    },
  );
  const { metricsToken } = config;
  return {
    guards,
    ...(metricsToken !== undefined && {
      scrapers: createGuards({ ...network, auth: createBearerAuth({ tokens: [metricsToken] }) }),
    }),
    sources: redis ? { isRateStoreShared: redis.shared } : {},
    close: async () => {
      await guards.close();
      await redis?.close();
    },
  };
}

/** Its driver is loaded only where there is a Redis. */
async function openRedis(url: string, log: Logger) {
  const { openRedisRateStore } = await import('@tramontane/guards/redis');
  return openRedisRateStore({ url, prefix: PREFIX, log });
}
