import type { Log } from '../log.ts';
import { toValueResult } from '../tool-result.ts';
import type { StoredTask, TaskStore } from '../tasks/task-store.ts';
import { hasEnded, toEnded, type TaskEnd } from '../tasks/task.ts';
import type { Sagas } from './open-sagas.ts';
import type { SagaView } from './saga-view.ts';
import { toAnswer } from './saga-tool.ts';

/**
 * Tasks of sagas have the saga's id. One whose process died is not lost, as the task of another tool would be: the saga
 * goes on elsewhere, and its task with it. A task that is cancelled cancels its saga.
 */
export function toSagaTask(store: TaskStore, sagas: Pick<Sagas, 'get' | 'cancel'>, log: Log): TaskStore {
  const adopt = async (stored: StoredTask): Promise<StoredTask> => {
    const saga = await sagas.get(stored.task.taskId);
    if (saga === undefined || saga.name !== stored.task.tool) return stored;
    const adopted = { ...stored, interrupted: false };
    if (saga.status === 'running') return adopted;
    const task = toEnded(stored.task, toTaskEnd(saga), Date.now());
    // Another process may have written the same; the next look shows it.
    await store.replace(task, stored.revision);
    return { ...adopted, task };
  };
  return {
    create: store.create,
    get: async taskId => {
      const stored = await store.get(taskId);
      return stored?.interrupted && !hasEnded(stored.task) ? adopt(stored) : stored;
    },
    replace: async (task, revision) => {
      // What a task fails of is its process, and the saga outlives that: the next look finds the task interrupted.
      if (task.status === 'failed' && (await sagas.get(task.taskId)) !== undefined) return true;
      const replaced = await store.replace(task, revision);
      if (replaced && task.status === 'cancelled') {
        await sagas
          .cancel(task.taskId)
          .catch((error: unknown) =>
            log.error({ saga_id: task.taskId, err: error }, 'A saga was not cancelled.'),
          );
      }
      return replaced;
    },
    watch: store.watch,
  };
}

/** As the result of tools/call of a saga that was waited for. */
function toTaskEnd(saga: SagaView): TaskEnd {
  try {
    return { status: 'completed', result: { resultType: 'complete', ...toValueResult(toAnswer(saga)) } };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return {
      status: 'completed',
      result: { resultType: 'complete', content: [{ type: 'text', text }], isError: true },
    };
  }
}
