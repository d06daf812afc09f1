import { KitError } from '../kit-error.ts';
import type { Task } from './task.ts';

/** A task as a store gives it. */
export interface StoredTask {
  readonly task: Task;
  /** Grows with every change. */
  readonly revision: number;
  /** The process that ran it is gone, so nobody will finish it. */
  readonly interrupted: boolean;
}

/** Where tasks are kept. What is in a task is the kit's business; a store only has to keep it, whole. */
export interface TaskStore {
  /**
   * Resolves when `get` finds it, from wherever it is asked.
   *
   * @throws KitError `task_refused` when there is no room.
   */
  readonly create: (task: Task) => Promise<void>;
  /** `undefined` for one that never was, or that has expired. */
  readonly get: (taskId: string) => Promise<StoredTask | undefined>;
  /** Puts `task` in the place of its older self; false if that has another revision by now, or is gone. */
  readonly replace: (task: Task, revision: number) => Promise<boolean>;
  /** Tells of changes to one task, also of those another process made. Returns what ends it. */
  readonly watch: (taskId: string, changed: () => void) => () => void;
}

/** Writers of one task are few: its runner, and a client or two. */
const MOST_TRIES = 100;

/**
 * Changes a task as it is now, whoever else changes it.
 *
 * @param change gives back the same task to leave it as it is.
 * @returns the task after the change; `undefined` when there is none any more.
 */
export async function changeTask(
  store: TaskStore,
  taskId: string,
  change: (task: Task) => Task,
): Promise<Task | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const stored = await store.get(taskId);
    if (stored === undefined) return undefined;
    const changed = change(stored.task);
    if (changed === stored.task || (await store.replace(changed, stored.revision))) return changed;
  }
  throw new KitError('task_refused', `Task ${taskId} changes too often to be changed. Try again.`);
}
