import { invalidParams } from '../engine/faults.ts';
import type { Fault, Params } from '../engine/rpc.ts';
import type { ServerModel } from '../engine/server-model.ts';
import type { RequestMeta } from '../request-meta.ts';
import { refuseUndeclared } from './task-methods.ts';
import { hasEnded, toDetailedFields } from './task.ts';

/** Tasks in one subscription. */
const MOST_TASKS = 1000;

/** What `subscriptions/listen` sends about tasks. */
export interface TaskFeed {
  /** Those of the asked for that there are, and are the caller's. */
  readonly taskIds: readonly string[];
  /**
   * Sends each task as it is, then after each change, until it has ended. The first makes up for what changed before
   * the subscription; a change that another overtakes is not sent ("Task Status Notifications").
   */
  readonly open: (send: (method: string, params: object) => void) => void;
  readonly close: () => void;
}

/** @param taskIds of the filter, not checked yet. */
export async function createTaskFeed(
  { tasks, log }: Pick<ServerModel, 'tasks' | 'log'>,
  taskIds: unknown,
  params: Params,
  { auth }: RequestMeta,
): Promise<TaskFeed | { readonly fault: Fault }> {
  const refused = refuseUndeclared(params);
  if (refused) return { fault: refused };
  if (!Array.isArray(taskIds) || !taskIds.every(taskId => typeof taskId === 'string')) {
    return { fault: invalidParams('"taskIds" must be an array of ids.') };
  }
  if (taskIds.length > MOST_TASKS) {
    return { fault: invalidParams(`"taskIds" may hold ${MOST_TASKS} ids at most.`) };
  }
  const owner = auth?.subject ?? '';
  // At once: a store may take its time over a task whose process seems to be gone.
  const looks = [...new Set<string>(taskIds)].map(async taskId =>
    (await tasks.find(taskId, owner)) ? [taskId] : [],
  );
  const found = (await Promise.all(looks)).flat();
  const ends: (() => void)[] = [];
  const closing = new AbortController();

  const follow = (taskId: string, send: (method: string, params: object) => void): void => {
    let last = '';
    let looking = false;
    let changed = true;
    const look = async (): Promise<void> => {
      if (looking) return;
      looking = true;
      try {
        while (changed && !closing.signal.aborted) {
          changed = false;
          const task = await tasks.find(taskId, owner);
          if (closing.signal.aborted || task === undefined) continue;
          const fields = toDetailedFields(task);
          const written = JSON.stringify(fields);
          if (written === last) continue;
          last = written;
          send('notifications/tasks', fields);
          if (hasEnded(task)) unwatch();
        }
      } catch (error) {
        // The client can still ask for it.
        log.warn({ taskId, err: error }, `Task ${taskId} cannot be read for who listens to it.`);
      } finally {
        looking = false;
      }
    };
    const unwatch = tasks.watch(taskId, () => {
      changed = true;
      void look();
    });
    ends.push(unwatch);
    void look();
  };
  return {
    taskIds: found,
    open: send => {
      for (const taskId of found) follow(taskId, send);
    },
    close: () => {
      closing.abort();
      for (const end of ends) end();
    },
  };
}
