import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Question } from '../asking/question.ts';
import type { ClientDetails, GivenInput } from '../call-context.ts';
import { KitError } from '../kit-error.ts';
import type { Log } from '../log.ts';
import { createStatusWriter } from './status-writer.ts';
import { openTaskDialogue, type TaskDialogue } from './task-dialogue.ts';
import { changeTask, type TaskStore } from './task-store.ts';
import { hasEnded, toEnded, type Task, type TaskEnd } from './task.ts';

export interface TaskLimits {
  readonly timeoutMs: number;
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  readonly maxRunning: number;
  readonly maxRunningPerCaller: number;
}

/** What a task is to do. */
export interface TaskWork {
  readonly owner: string;
  readonly tool: string;
  /** From the start to the end, questions included. */
  readonly timeoutMs: number;
  /** How it ends when that has passed. */
  readonly timedOut: TaskEnd;
  readonly client: ClientDetails;
  readonly given: GivenInput;
  /** Rejecting fails the task. */
  readonly run: (running: RunningTask) => Promise<TaskEnd>;
}

/** A task from the inside. */
export interface RunningTask {
  readonly taskId: string;
  /** Aborts when the task was cancelled, its time is over, or the server stops. */
  readonly signal: AbortSignal;
  readonly asking: TaskDialogue;
  /** Shown to the client with the task, sooner or later. */
  readonly setMessage: (message: string) => void;
}

/** Tasks that this process works on. */
export interface TaskRuns {
  /**
   * Resolves when the task can be found; the work has begun by then.
   *
   * @throws KitError `task_refused` when too many are running or kept.
   */
  readonly start: (work: TaskWork) => Promise<Task>;
  /** Aborts all that run, keeps them as failed, and takes no more. */
  readonly close: () => Promise<void>;
}

const STOPPED: TaskEnd = {
  status: 'failed',
  error: { code: -32603, message: 'The server stopped before the task was done. Call the tool again.' },
};
/** A store that is away comes back, or what the work brought is lost. */
const RETRY_MS: readonly number[] = [100, 500, 2000, 5000];

export function createTaskRuns(store: TaskStore, limits: TaskLimits, log: Log): TaskRuns {
  const running = new Map<string, { readonly owner: string; readonly stop: AbortController }>();
  const ends = new Set<Promise<void>>();
  let closed = false;

  const admit = (owner: string): void => {
    if (closed) throw new KitError('task_refused', 'The server is stopping. Try again later.');
    const own = [...running.values()].filter(run => run.owner === owner).length;
    // Where nobody authenticates all callers look like one.
    if (running.size < limits.maxRunning && (owner === '' || own < limits.maxRunningPerCaller)) return;
    throw new KitError('task_refused', 'Too many tasks are running. Try again when some of them have ended.');
  };

  const start = async (work: TaskWork): Promise<Task> => {
    admit(work.owner);
    const task = createTask(work, limits);
    const { taskId } = task;
    const stop = new AbortController();
    running.set(taskId, { owner: work.owner, stop });
    try {
      await store.create(task);
    } catch (error) {
      running.delete(taskId);
      throw error;
    }
    const end = carryOut(task, work, stop).finally(() => {
      running.delete(taskId);
      ends.delete(end);
    });
    ends.add(end);
    return task;
  };

  /** Never rejects. */
  const carryOut = async ({ taskId }: Task, work: TaskWork, stop: AbortController): Promise<void> => {
    const failed = (error: unknown, what: string): void =>
      log.error({ taskId, tool: work.tool, err: error }, `Task ${taskId}: ${what}.`);
    const change = (update: (task: Task) => Task): Promise<unknown> =>
      changeTask(store, taskId, task => (hasEnded(task) ? task : update(task)));
    const post = (key: string, question: Question): Promise<unknown> =>
      change(task => ({
        ...task,
        status: 'input_required',
        lastUpdatedAt: Date.now(),
        inputRequests: { ...task.inputRequests, [key]: question },
      }));
    const asking = openTaskDialogue(work.client, work.given, post, stop.signal);
    const setMessage = createStatusWriter(
      statusMessage => change(task => ({ ...task, statusMessage, lastUpdatedAt: Date.now() })),
      error => failed(error, 'its message cannot be written'),
    );
    const look = async (): Promise<void> => {
      const stored = await store.get(taskId);
      if (stored === undefined || hasEnded(stored.task)) stop.abort();
      else asking.deliver(stored.task.inputResponses);
    };
    const unwatch = store.watch(taskId, () => void look().catch(error => failed(error, 'it cannot be read')));
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      stop.abort();
    }, work.timeoutMs);
    try {
      const end = await work
        .run({ taskId, signal: stop.signal, asking, setMessage })
        .catch((error: unknown): TaskEnd => {
          failed(error, 'it failed');
          return { status: 'failed', error: { code: -32603, message: 'Internal server error.' } };
        })
        .finally(() => clearTimeout(timer));
      const stopped: TaskEnd = timedOut ? work.timedOut : STOPPED;
      const shown = stop.signal.aborted ? stopped : end;
      // Who cancelled it has written so already, and an ended task is left as it is.
      await keep(() => change(task => toEnded(task, shown, Date.now())));
    } catch (error) {
      failed(error, 'how it ended cannot be written, and is lost');
    } finally {
      unwatch();
      // What the handler left running must not ask any more.
      stop.abort();
    }
  };

  return {
    start,
    close: async () => {
      closed = true;
      for (const { stop } of running.values()) stop.abort();
      await Promise.all(ends);
    },
  };
}

function createTask({ owner, tool, timeoutMs }: TaskWork, { ttlMs, pollIntervalMs }: TaskLimits): Task {
  const now = Date.now();
  return {
    // Where nobody authenticates, the id is all that keeps others away from the task.
    taskId: randomUUID(),
    owner,
    tool,
    status: 'working',
    createdAt: now,
    lastUpdatedAt: now,
    ttlMs: timeoutMs + ttlMs,
    pollIntervalMs,
    inputRequests: {},
    inputResponses: {},
  };
}

async function keep(write: () => Promise<unknown>): Promise<void> {
  for (const waitMs of RETRY_MS) {
    try {
      await write();
      return;
    } catch {
      await delay(waitMs);
    }
  }
  await write();
}
