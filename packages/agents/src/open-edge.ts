import type { Logger } from 'pino';
import {
  createBearerAuth,
  createGuards,
  openOverloadGuard,
  type Guard,
  type Guards,
} from '@tramontane/guards';
import { createLimits } from '@tramontane/guards/limits';
import type { Config } from './config.ts';
import type { ApiKeyStore } from './core/api-key.ts';
import { createApiGuards, type EndedRequest } from './http/guarding.ts';
import { createRequestLines } from './http/request-lines.ts';
import { openLines } from './open-lines.ts';

/** Who may call, from where and how often, as the settings say, and what is written down of it. */
export interface Edge {
  readonly guards: Guards;
  /** Who may read metrics and nothing else, from where; absent where there is no token for them. */
  readonly scrapers?: Guards;
  /** Writes down what the operator asked for. */
  readonly onEnded?: (ended: EndedRequest) => void;
  /** What metrics say of it. */
  readonly sources: { readonly isRateStoreShared?: () => boolean };
  close(): Promise<void>;
}

/** Before every key in Redis: other servers there count for themselves. */
const PREFIX = 'tramontane-agents';
/** Characters of a key of the settings; of shorter ones all can be tried out. */
const SHORT_KEY = 16;

/** @throws ConfigError for a file that cannot be written. */
export async function openEdge(
  config: Config,
  known: { readonly firstKey: string; readonly stored: Pick<ApiKeyStore, 'list'>; readonly log: Logger },
): Promise<Edge> {
  const { apiKeys: operatorKeys = [known.firstKey], metricsToken, corsOrigins } = config;
  if (operatorKeys.some(key => key.length < SHORT_KEY)) {
    known.log.warn(
      `TRAMONTANE_API_KEYS has a key of fewer than ${SHORT_KEY} characters, which can be guessed. Make one with: openssl rand -hex 24`,
    );
  }
  await using opened = new AsyncDisposableStack();
  const lines = await openLines(config, known.log, opened);
  const { limits, isRateStoreShared } = await openLimits(config, known.log, opened);
  const network = toNetwork(config);
  const guards = createApiGuards(
    { operatorKeys, stored: known.stored },
    {
      ...network,
      ...(config.overload && { overload: openOverloadGuard(config.overload) }),
      ...(limits && { limits }),
      ...(corsOrigins && { corsOrigins }),
    },
  );
  opened.defer(() => guards.close());
  const open = opened.move();
  return {
    guards,
    ...(metricsToken !== undefined && {
      scrapers: createGuards({ ...network, auth: createBearerAuth({ tokens: [metricsToken] }) }),
    }),
    ...((lines.calls ?? lines.audit) && { onEnded: createRequestLines(lines) }),
    sources: isRateStoreShared ? { isRateStoreShared } : {},
    close: () => open.disposeAsync(),
  };
}

function toNetwork({ allowedIps: allow, trustedProxies }: Config) {
  if (!allow && !trustedProxies) return {};
  return { network: { ...(allow && { allow }), ...(trustedProxies && { trustedProxies }) } };
}

async function openLimits(
  config: Config,
  log: Logger,
  opened: AsyncDisposableStack,
): Promise<{ limits?: Guard; isRateStoreShared?: () => boolean }> {
  const { rateLimit: perCaller, globalRateLimit: global, wrongKeyLimit: wrongCredentials, redisUrl } = config;
  const rates = {
    ...(perCaller !== undefined && { perCaller }),
    ...(global !== undefined && { global }),
    ...(wrongCredentials !== undefined && { wrongCredentials }),
  };
  if (Object.keys(rates).length === 0) return {};
  const redis = redisUrl === undefined ? undefined : await openRedis(redisUrl, log);
  if (redis) opened.defer(() => redis.close());
  const limits = createLimits({ ...rates, ...(redis && { store: redis }) });
  return { limits, ...(redis && { isRateStoreShared: redis.shared }) };
}

/** Its driver is loaded only where there is a Redis. */
async function openRedis(url: string, log: Logger) {
  const { openRedisRateStore } = await import('@tramontane/guards/redis');
  return openRedisRateStore({ url, prefix: PREFIX, log });
}
