import { KitError } from '../kit-error.ts';
import type { Log } from '../log.ts';
import { createMemoryTaskStore } from './memory-task-store.ts';
import { createTaskRuns, type TaskLimits, type TaskRuns } from './task-runs.ts';
import { changeTask, type TaskStore } from './task-store.ts';
import { hasEnded, toEnded, withResponses, type Task, type TaskResponses } from './task.ts';

export interface TasksOptions {
  /** Memory of this process unless given; `@tramontane/mcp-server/postgres` has one that outlives it. */
  readonly store?: TaskStore;
  /** Milliseconds a task may take whose tool has no `timeoutMs` of its own; 3,600,000 unless given. */
  readonly timeoutMs?: number;
  /** Milliseconds its result is kept after that, at least; 3,600,000 unless given. */
  readonly ttlMs?: number;
  /** Milliseconds a client should wait between two looks at a task; 1,000 unless given. */
  readonly pollIntervalMs?: number;
  /** Tasks this process works on at once; 1,000 unless given. */
  readonly maxRunning?: number;
  /** Of them, for one authenticated caller; 100 unless given. */
  readonly maxRunningPerCaller?: number;
}

/** The tasks of one server, as their owners may see and change them. */
export interface Tasks extends TaskRuns {
  readonly limits: TaskLimits;
  /** `undefined` also for a task of somebody else: nobody shall learn which ids there are. */
  readonly find: (taskId: string, owner: string) => Promise<Task | undefined>;
  /** False when there is no such task. Answers to no question of it are ignored. */
  readonly respond: (taskId: string, owner: string, responses: TaskResponses) => Promise<boolean>;
  /** False when there is no such task. One that has ended stays as it is. */
  readonly cancel: (taskId: string, owner: string) => Promise<boolean>;
  readonly watch: TaskStore['watch'];
}

/** setTimeout fires at once for anything longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** @throws KitError `definition_invalid` for limits that cannot be. */
export function createTasks(options: TasksOptions, log: Log): Tasks {
  const { store = createMemoryTaskStore() } = options;
  const limits = {
    timeoutMs: checkLimit('timeoutMs', options.timeoutMs, 3_600_000),
    ttlMs: checkLimit('ttlMs', options.ttlMs, 3_600_000),
    pollIntervalMs: checkLimit('pollIntervalMs', options.pollIntervalMs, 1000),
    maxRunning: checkLimit('maxRunning', options.maxRunning, 1000),
    maxRunningPerCaller: checkLimit('maxRunningPerCaller', options.maxRunningPerCaller, 100),
  };
  const runs = createTaskRuns(store, limits, log);
  const find = async (taskId: string, owner: string): Promise<Task | undefined> => {
    const stored = await store.get(taskId);
    if (stored === undefined || stored.task.owner !== owner) return undefined;
    if (!stored.interrupted || hasEnded(stored.task)) return stored.task;
    const error = { code: -32603, message: 'The server that ran this task is gone. Call the tool again.' };
    return changeTask(store, taskId, task =>
      hasEnded(task) ? task : toEnded(task, { status: 'failed', error }, Date.now()),
    );
  };
  const change = async (taskId: string, owner: string, update: (task: Task) => Task): Promise<boolean> => {
    if ((await find(taskId, owner)) === undefined) return false;
    return (await changeTask(store, taskId, task => (hasEnded(task) ? task : update(task)))) !== undefined;
  };
  return {
    ...runs,
    limits,
    find,
    watch: store.watch,
    respond: (taskId, owner, responses) =>
      change(taskId, owner, task => withResponses(task, responses, Date.now())),
    cancel: (taskId, owner) =>
      change(taskId, owner, task => toEnded(task, { status: 'cancelled' }, Date.now())),
  };
}

function checkLimit(name: string, given: number | undefined, otherwise: number): number {
  const value = given ?? otherwise;
  if (Number.isSafeInteger(value) && value > 0 && value <= LONGEST_MS) return value;
  throw new KitError(
    'definition_invalid',
    `tasks.${name} is ${value}. Give a whole number from 1 to ${LONGEST_MS}.`,
  );
}
