export { createLimits } from './create-limits.ts';
export type { LimitScope, LimitsOptions, ToolLimits } from './limit-counts.ts';
export { createMemoryRateStore } from './memory-rate-store.ts';
export type { RateCounter, RateStore, Taken } from './rate-store.ts';
export { parseRate } from './rate.ts';
export type { Rate } from './rate.ts';
