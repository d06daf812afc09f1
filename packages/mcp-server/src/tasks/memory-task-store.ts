import { KitError } from '../kit-error.ts';
import { isExpired, type Task } from './task.ts';
import type { TaskStore } from './task-store.ts';
import { createWatchers } from './watchers.ts';

export interface MemoryTaskStoreOptions {
  /** Tasks at once, ended ones included; 10,000 unless given. */
  readonly maxTasks?: number;
}

const MAX_TASKS = 10_000;

/** Keeps tasks in this process, and no longer than it. */
export function createMemoryTaskStore({ maxTasks = MAX_TASKS }: MemoryTaskStoreOptions = {}): TaskStore {
  const kept = new Map<string, { readonly task: Task; readonly revision: number }>();
  const watchers = createWatchers();
  const find = (taskId: string): ReturnType<typeof kept.get> => {
    const found = kept.get(taskId);
    if (found === undefined || !isExpired(found.task, Date.now())) return found;
    kept.delete(taskId);
    return undefined;
  };
  const makeRoom = (): void => {
    const now = Date.now();
    for (const [taskId, { task }] of kept) if (isExpired(task, now)) kept.delete(taskId);
    if (kept.size < maxTasks) return;
    throw new KitError('task_refused', `${maxTasks} tasks are kept already. Try again later.`);
  };
  return {
    create: async task => {
      if (kept.size >= maxTasks) makeRoom();
      kept.set(task.taskId, { task, revision: 0 });
    },
    get: async taskId => {
      const found = find(taskId);
      return found && { ...found, interrupted: false };
    },
    replace: async (task, revision) => {
      if (find(task.taskId)?.revision !== revision) return false;
      kept.set(task.taskId, { task, revision: revision + 1 });
      watchers.tell(task.taskId);
      return true;
    },
    watch: watchers.add,
  };
}
