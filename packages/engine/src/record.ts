import type { RunEvent } from './events.ts';
import { applyEvent, foldRun, type RunState } from './state.ts';

/** Commits events at a position of the log; rejects when somebody else wrote there first. */
export type AppendEvents = (seq: number, events: readonly RunEvent[]) => Promise<void>;

/** The log of one run, written by one owner: in memory what is committed, in order. */
export interface RunRecord {
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  /** Resolves when the events are committed. Events that arrive during a commit share the next one. */
  add(...events: RunEvent[]): Promise<void>;
}

export function createRecord(log: readonly RunEvent[], append: AppendEvents): RunRecord {
  const events = [...log];
  let state = foldRun(events);
  let queued: RunEvent[] = [];
  let nextCommit: Promise<void> | undefined;
  let lastCommit: Promise<void> = Promise.resolve();

  const commitQueued = async () => {
    await lastCommit;
    const batch = queued;
    queued = [];
    nextCommit = undefined;
    lastCommit = append(state.seq, batch).then(() => {
      events.push(...batch);
      for (const event of batch) state = applyEvent(state, event);
    });
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
      queued.push(...added);
      nextCommit ??= commitQueued();
      return nextCommit;
    },
  };
}
