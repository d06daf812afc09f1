import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@redis/client';
import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
// By its path: the package's index loads the drivers of every database it knows, which costs a cold start 60 ms.
import RateLimiterRedis from 'rate-limiter-flexible/lib/RateLimiterRedis.js';
import { createMemoryRateStore } from '../limits/memory-rate-store.ts';
import type { RateStore, Taken } from '../limits/rate-store.ts';
import type { Log } from '../log.ts';

export interface RedisRateStoreOptions {
  /** `redis://`, `rediss://` or, for a socket, `unix:///path`; a password may be in it. */
  readonly url: string;
  /** Before every key; `tramontane` unless given. Servers with the same one count together. */
  readonly prefix?: string;
  /** Milliseconds that a request waits for Redis before it is counted in memory; 250 unless given. */
  readonly timeoutMs?: number;
  readonly log: Log;
  /** Told when Redis goes away and when it is back; also once when it is first reached. */
  readonly onShared?: (shared: boolean) => void;
}

/** Counts in Redis, together with other processes; in this process's memory while Redis is away. */
export interface RedisRateStore extends RateStore {
  /** Whether the last count was made in Redis. */
  readonly shared: () => boolean;
  readonly close: () => Promise<void>;
}

const TIMEOUT_MS = 250;
/** How long counting stays in memory after Redis failed, before one request tries again. */
const REST_MS = 1000;
const FIRST_CONNECT_MS = 2000;
const RECONNECT_MS = 500;
/** A connection on which nothing comes back for this long is closed and opened again. */
const PING_MS = 1000;
const SILENCE_MS = 3000;

/**
 * Resolves when Redis is reached, or after two seconds without it: a server starts without its Redis, and says so.
 * Amounts are counted in windows of whole seconds that begin with the first request.
 */
export async function openRedisRateStore(options: RedisRateStoreOptions): Promise<RedisRateStore> {
  const { url, prefix = 'tramontane', timeoutMs = TIMEOUT_MS, log, onShared } = options;
  const client = createClient({
    ...toAddress(url),
    disableOfflineQueue: true,
    pingInterval: PING_MS,
  });
  let shared: boolean | undefined;
  let restUntil = 0;
  const setShared = (now: boolean, error?: unknown): void => {
    if (shared === now) return;
    const first = shared === undefined;
    shared = now;
    if (!now) log.warn({ err: error }, 'Redis is away: rates are counted in the memory of this process.');
    else if (!first) log.info({}, 'Redis is back: rates are counted there again.');
    onShared?.(now);
  };
  // Without a listener an error of the connection would end the process. It reconnects by itself.
  client.on('error', (error: unknown) => setShared(false, error));
  const connecting = client.connect().then(
    () => setShared(true),
    () => undefined,
  );
  await Promise.race([connecting, delay(FIRST_CONNECT_MS, undefined, { ref: false })]);
  if (!client.isReady) setShared(false, new Error(`Nothing answered within ${FIRST_CONNECT_MS / 1000} s.`));

  const memory = createMemoryRateStore();
  return {
    shared: () => shared === true,
    createCounter: (name, rate) => {
      const limiter = new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        keyPrefix: `${prefix}:${name}`,
        points: rate.amount,
        duration: rate.seconds,
      });
      const inMemory = memory.createCounter(name, rate);
      const takeShared = async (key: string): Promise<Taken> => {
        const taken = await within(timeoutMs, take(limiter, key));
        setShared(true);
        return taken;
      };
      return {
        take: async key => {
          if (performance.now() < restUntil) return inMemory.take(key);
          try {
            return await takeShared(key);
          } catch (error) {
            restUntil = performance.now() + REST_MS;
            setShared(false, error);
            return inMemory.take(key);
          }
        },
      };
    },
    close: async () => {
      await Promise.resolve(client.destroy());
    },
  };
}

/** @throws what the driver throws. */
async function take(limiter: RateLimiterAbstract, key: string): Promise<Taken> {
  try {
    return toTaken(await limiter.consume(key), true);
  } catch (refused) {
    if (refused instanceof Error) throw refused;
    return toTaken(refused as RateLimiterRes, false);
  }
}

function toTaken({ remainingPoints, msBeforeNext }: RateLimiterRes, allowed: boolean): Taken {
  return { allowed, remaining: remainingPoints, resetMs: Math.max(msBeforeNext, 0) };
}

type ClientOptions = NonNullable<Parameters<typeof createClient>[0]>;

function toAddress(url: string): Pick<ClientOptions, 'url' | 'socket'> {
  const common = {
    reconnectStrategy: () => RECONNECT_MS,
    connectTimeout: FIRST_CONNECT_MS,
    socketTimeout: SILENCE_MS,
  };
  if (url.startsWith('unix://')) return { socket: { ...common, path: url.slice('unix://'.length) } };
  return { url, socket: common };
}

/** An answer that has come is read between two of them. */
const LOOKS = 5;

/**
 * The driver's own limit ends with the sending: a server that took the command and hangs would be waited for. A process
 * that is busy for longer than `ms` must not take the answer that it did not come to read for none, so time is counted in
 * looks, each of which may take longer than its share.
 */
async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  let left = LOOKS;
  const timer = setInterval(() => {
    left -= 1;
    if (left === 0) reject(new Error(`Redis did not answer within ${ms} ms.`));
  }, ms / LOOKS);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearInterval(timer);
  }
}
