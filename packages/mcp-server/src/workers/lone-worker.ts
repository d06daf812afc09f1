import { createMemoryRateStore } from '@tramontane/guards/limits';
import { createMemoryOnceStore } from '@tramontane/guards/once';
import { createMemoryTaskStore } from '../tasks/memory-task-store.ts';
import type { Worker } from './worker.ts';

/** A process that serves alone: everything is in its own memory. */
export function createLoneWorker(signal: AbortSignal): Worker {
  return {
    id: 1,
    count: 1,
    signal,
    rateStore: createMemoryRateStore(),
    onceStore: createMemoryOnceStore(),
    taskStore: createMemoryTaskStore(),
    gatherMetrics: own => async () => [await own()],
    relay: () => {},
  };
}
