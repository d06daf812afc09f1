export { createOnce } from './create-once.ts';
export type { OnceOptions } from './create-once.ts';
export { digestJson } from './digest.ts';
export { createMemoryOnceStore } from './memory-once-store.ts';
export type { MemoryOnceStoreOptions } from './memory-once-store.ts';
export type { Claimed, OnceStore } from './once-store.ts';
export { runOnce } from './run-once.ts';
export type { OnceWork, RanOnce, Work } from './run-once.ts';
