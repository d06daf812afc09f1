import { describe, expect, it } from 'vitest';
import { hasRedis, openTestRedis } from '@tramontane/testkit/redis';
import type { RateCounter } from '../limits/rate-store.ts';
import { parseRate } from '../limits/rate.ts';
import {
  openRedisRateStore,
  type RedisRateStore,
  type RedisRateStoreOptions,
} from './open-redis-rate-store.ts';

const RATE = parseRate('100/hour');

async function openStore(url: string, more: Partial<RedisRateStoreOptions> = {}) {
  const lines: string[] = [];
  const note = (_fields: object, message: string) => void lines.push(message);
  const states: boolean[] = [];
  const store = await openRedisRateStore({
    url,
    log: { info: note, warn: note },
    onShared: shared => void states.push(shared),
    ...more,
  });
  return { store, lines, states };
}

async function takeMany(counter: RateCounter, times: number): Promise<number> {
  const taken = await Promise.all(Array.from({ length: times }, async () => counter.take('somebody')));
  return taken.filter(({ allowed }) => allowed).length;
}

/** Asks until the store counts where it should; every question is one that a server would have asked. */
async function untilShared(store: RedisRateStore, counter: RateCounter, shared: boolean): Promise<void> {
  while (store.shared() !== shared) {
    await counter.take('probe');
    await new Promise(resolve => setImmediate(resolve));
  }
}

function blockFor(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe.skipIf(!hasRedis())('openRedisRateStore (needs redis-server)', () => {
  it('counts together with other stores on the same Redis, exactly, and apart by prefix, name and key', async () => {
    await using redis = await openTestRedis();
    const stores = await Promise.all([1, 2, 3].map(() => openStore(redis.url)));
    const counters = stores.map(({ store }) => store.createCounter('caller', RATE));
    const allowed = await Promise.all(counters.map(counter => takeMany(counter, 60)));
    expect(allowed.reduce((sum, one) => sum + one)).toBe(100);
    const [one] = stores;
    expect(await one?.store.createCounter('other', RATE).take('somebody')).toMatchObject({
      allowed: true,
      remaining: 99,
    });
    const apart = await openStore(redis.url, { prefix: 'another' });
    expect(await apart.store.createCounter('caller', RATE).take('somebody')).toMatchObject({ allowed: true });
    const refused = await counters[0]?.take('somebody');
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused?.resetMs).toBeGreaterThan(3_500_000);
    for (const { store } of [...stores, apart]) await store.close();
  });

  it('goes on in memory while Redis is killed, says so once each way, and counts there again when it is back', async () => {
    await using redis = await openTestRedis();
    const { store, lines, states } = await openStore(redis.url);
    const counter = store.createCounter('caller', RATE);
    expect(await takeMany(counter, 10)).toBe(10);
    await redis.kill();
    // What Redis had counted is not known here: the limit holds again, for this process.
    expect(await takeMany(counter, 150)).toBe(100);
    expect(store.shared()).toBe(false);
    await redis.start();
    await untilShared(store, counter, true);
    expect(await takeMany(counter, 150)).toBe(100);
    expect(states).toEqual([true, false, true]);
    expect(lines).toEqual([
      'Redis is away: rates are counted in the memory of this process.',
      'Redis is back: rates are counted there again.',
    ]);
    await store.close();
  });

  it('does not wait for a Redis that hangs', async () => {
    await using redis = await openTestRedis();
    const { store, states } = await openStore(redis.url, { timeoutMs: 50 });
    const counter = store.createCounter('caller', RATE);
    redis.freeze();
    expect(await takeMany(counter, 150)).toBe(100);
    expect(states).toEqual([true, false]);
    redis.thaw();
    await untilShared(store, counter, true);
    await store.close();
  });

  it('reads an answer that came while this process was busy', async () => {
    await using redis = await openTestRedis();
    const { store, lines } = await openStore(redis.url, { timeoutMs: 50 });
    const counter = store.createCounter('caller', RATE);
    const taking = counter.take('somebody');
    // The command has left; the answer comes while nothing here can read it.
    await new Promise(resolve => setImmediate(resolve));
    blockFor(200);
    expect(await taking).toMatchObject({ allowed: true, remaining: 99 });
    expect(store.shared()).toBe(true);
    expect(lines).toEqual([]);
    await store.close();
  });

  it('opens without a Redis, and finds it when it comes', async () => {
    await using redis = await openTestRedis();
    await redis.kill();
    const { store, lines } = await openStore(redis.url);
    const counter = store.createCounter('caller', RATE);
    expect(lines).toEqual(['Redis is away: rates are counted in the memory of this process.']);
    expect(await takeMany(counter, 150)).toBe(100);
    await redis.start();
    await untilShared(store, counter, true);
    await store.close();
  });
});
