import type { Notice } from '../engine/notices.ts';
import type { StoreMethods } from './kept-stores.ts';

/** What the first process does for a worker. */
export type PrimaryMethods = StoreMethods & {
  readonly seat: () => Seat;
  /** It serves at this URL. */
  readonly ready: (url: string) => void;
  /** Of the registry with this index, from all workers. */
  readonly collectMetrics: (index: number) => Promise<readonly (readonly object[])[]>;
  readonly lastMetrics: (snapshots: readonly (readonly object[])[]) => void;
  /** For the others; `server` is the index of the server in each worker. */
  readonly notice: (server: number, notice: Notice) => void;
};

/** What a worker does for the first process. */
export type WorkerMethods = {
  readonly close: () => void;
  readonly ownMetrics: (index: number) => Promise<readonly object[]>;
  readonly taskChanged: (taskId: string) => void;
  readonly noticed: (server: number, notice: Notice) => void;
};

/** What a worker has to know before it starts. */
export interface Seat {
  readonly id: number;
  readonly count: number;
  readonly folder: string;
  readonly stateKey: string;
}
