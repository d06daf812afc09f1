import type { RunEvent } from './events.ts';
import { applyEvent, foldRun, type RunState } from './state.ts';

/** Commits events at a position of the log; rejects when somebody else wrote there first. */
export type AppendEvents = (seq: number, events: readonly RunEvent[]) => Promise<void>;

/** The log of one run, written by one owner: in memory what happened so far, in order. */
export interface RunRecord {
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  /**
   * Adds events at once, and resolves when they are committed. Events that arrive during a commit share the next one.
   * Once a commit failed, every later one does, with the same reason.
   */
  add(...events: RunEvent[]): Promise<void>;
  /** Resolves when all that was added is committed. */
  committed(): Promise<void>;
}

export function createRecord(log: readonly RunEvent[], append: AppendEvents): RunRecord {
  const events = [...log];
  let state = foldRun(events);
  let seq = state.seq;
  let queued: RunEvent[] = [];
  let nextCommit: Promise<void> | undefined;
  let lastCommit: Promise<void> = Promise.resolve();

  const commitQueued = async () => {
    await lastCommit;
    const batch = queued;
    queued = [];
    nextCommit = undefined;
    const position = seq;
    seq += batch.length;
    lastCommit = append(position, batch);
    await lastCommit;
  };

  return {
    get events() {
      return events;
    },
    get state() {
      return state;
    },
    add(...added) {
      events.push(...added);
      for (const event of added) state = applyEvent(state, event);
      queued.push(...added);
      if (!nextCommit) {
        nextCommit = commitQueued();
        // Who does not wait for it meets the failure at the next commit.
        nextCommit.catch(() => {});
      }
      return nextCommit;
    },
    committed: () => nextCommit ?? lastCommit,
  };
}
