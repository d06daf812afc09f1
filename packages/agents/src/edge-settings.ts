import { parseOverload, parseLinesTarget, parseWrongKeyLimit } from './edge-values.ts';
import {
  parseCorsOrigins,
  parseRateLimit,
  parseRedisUrl,
  parseToken,
  toAddressParser,
  type Setting,
} from './setting-values.ts';

/** Who may call, from where and how often, and who may look. Names as far as possible those of servers made with the kit. */
export const EDGE_SETTINGS = {
  rateLimit: {
    name: 'TRAMONTANE_RATE_LIMIT',
    type: 'rate such as 100/minute or 50/hour',
    fallback: 'none',
    meaning: 'Requests of each API key. More are answered with 429 and Retry-After.',
    secret: false,
    parse: parseRateLimit,
  },
  globalRateLimit: {
    name: 'TRAMONTANE_GLOBAL_RATE_LIMIT',
    type: 'rate such as 1000/minute',
    fallback: 'none',
    meaning: 'Requests of all API keys together.',
    secret: false,
    parse: parseRateLimit,
  },
  wrongKeyLimit: {
    name: 'TRAMONTANE_WRONG_KEY_LIMIT',
    type: 'rate such as 20/minute, or off',
    fallback: '20/minute',
    meaning:
      'Requests with a wrong API key from one address, of IPv6 from one /64. More are answered with 429 in place of 401. A right key is let in all the same.',
    secret: false,
    parse: parseWrongKeyLimit,
  },
  overload: {
    name: 'TRAMONTANE_OVERLOAD',
    type: 'comma list of requests, and delay in milliseconds; or off',
    fallback: 'requests=2000,delay=1000',
    meaning:
      'When new requests are answered with 503 and Retry-After: so many are being worked on, those not counted whose turn or call has begun and only waits; or the process has been late by more than this for two seconds. Never /health and /metrics.',
    secret: false,
    parse: parseOverload,
  },
  redisUrl: {
    name: 'REDIS_URL',
    type: 'redis://, rediss:// or unix:// URL',
    fallback: 'none: each server counts for itself',
    meaning:
      'Where servers count requests and wrong keys together. While it is away each counts for itself, and the log and the metrics say so.',
    secret: true,
    parse: parseRedisUrl,
  },
  allowedIps: {
    name: 'ALLOWED_IPS',
    type: 'comma list of addresses and CIDR ranges',
    fallback: 'every address',
    meaning:
      'Clients that may call, metrics included. Health, /openapi.json and the addresses that browsers come back to from a sign-in stay open.',
    secret: false,
    parse: toAddressParser('ALLOWED_IPS'),
  },
  trustedProxies: {
    name: 'TRUSTED_PROXIES',
    type: 'comma list of addresses and CIDR ranges',
    fallback: 'none',
    meaning: 'Proxies in front, whose X-Forwarded-For says who calls.',
    secret: false,
    parse: toAddressParser('TRUSTED_PROXIES'),
  },
  corsOrigins: {
    name: 'TRAMONTANE_CORS_ORIGINS',
    type: 'comma list of origins such as https://app.example, or *',
    fallback: 'none',
    meaning: 'Pages that may call from a browser.',
    secret: false,
    parse: parseCorsOrigins,
  },
  callLog: {
    name: 'TRAMONTANE_CALL_LOG',
    type: 'path of a file, or stdout',
    fallback: 'none',
    meaning:
      'Where a line of JSON is written for each request that needs a key: who asked what, and how it ended.',
    secret: false,
    parse: parseLinesTarget,
  },
  auditLog: {
    name: 'TRAMONTANE_AUDIT_LOG',
    type: 'path of a file, or stdout',
    fallback: 'none',
    meaning:
      'Where a line of JSON is written for each request that changes something beside its own conversation, such as connectors, credentials and sharing, and for each confirmation of calls.',
    secret: false,
    parse: parseLinesTarget,
  },
  metricsToken: {
    name: 'TRAMONTANE_METRICS_TOKEN',
    type: 'text',
    fallback: "none: an operator's API key",
    meaning: "A bearer token that may read /metrics, and nothing else. An operator's API key may too.",
    secret: true,
    parse: parseToken,
  },
} as const satisfies Record<string, Setting<unknown>>;
