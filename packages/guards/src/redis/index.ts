export { openRedisRateStore } from './open-redis-rate-store.ts';
export type { RedisRateStore, RedisRateStoreOptions } from './open-redis-rate-store.ts';
