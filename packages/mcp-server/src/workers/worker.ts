import type { Readable } from './metrics-collector.ts';
import type { RateStore } from '@tramontane/guards/limits';
import type { OnceStore } from '@tramontane/guards/once';
import type { Notice } from '../engine/notices.ts';
import type { TaskStore } from '../tasks/task-store.ts';

/**
 * What a process knows of the others on its port, and has in common with them. Give it to `createMcpServer({ worker })`,
 * and its stores to the guards that count or remember. Of one process alone it is the same, in that process' memory.
 */
export interface Worker {
  /** From 1. One that takes the place of another has a number of its own. */
  readonly id: number;
  /** Processes on the port. */
  readonly count: number;
  /** Aborts when the process is told to stop; for what takes time while it starts. */
  readonly signal: AbortSignal;
  /** For `createLimits`: rates are exact over all workers. */
  readonly rateStore: RateStore;
  /** For `createOnce`: a call with a key runs once, whichever worker it reaches. A worker that dies loses its claims. */
  readonly onceStore: OnceStore;
  /** Kept by the first process: a task can be asked for at any worker, and outlives one that dies as failed. */
  readonly taskStore: TaskStore;
  /** For `createMetrics({ gather })`: one scrape answers for all. */
  readonly gatherMetrics: (own: Readable) => Readable<readonly object[]>;
  /** What one worker seals, every other opens: for `requestState`. Absent of a process alone. */
  readonly stateKey?: string;
  /** Where the workers reach each other. Absent of a process alone. */
  readonly reach?: WorkerReach;
  /** Tells a server's listeners at the other workers, and hears from theirs. */
  readonly relay: (server: NoticeRelay) => void;
}

/** A session lives in one worker; a request that reaches another one is handed over through a socket of its owner. */
export interface WorkerReach {
  readonly id: number;
  /** A folder that only this user can enter. */
  readonly folder: string;
}

export interface NoticeRelay {
  readonly publish: (notice: Notice) => void;
  readonly subscribe: (listener: (notice: Notice) => void) => () => void;
}
