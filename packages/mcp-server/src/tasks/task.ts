import type { RequestContext } from '../call-context.ts';
import type { Capability, Question } from '../asking/question.ts';
import { isRecord, type Params } from '../engine/rpc.ts';

/** Extension of MCP 2026-07-28 (modelcontextprotocol/ext-tasks, specification/2026-07-28/tasks). */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** What a client has to declare before it is given a task, as `data.requiredCapabilities` names it. */
export const TASKS_CAPABILITY: Capability = { extensions: { [TASKS_EXTENSION]: {} } };

export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

export type TaskResponses = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A JSON-RPC error, for a task that has no result. */
export interface TaskError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A call of a tool that goes on after its reply. Plain data, for stores to keep as JSON. */
export interface Task {
  readonly taskId: string;
  /** Subject of the caller who may ask for it; empty where nobody authenticates, and then the id is the key. */
  readonly owner: string;
  readonly tool: string;
  readonly status: TaskStatus;
  readonly statusMessage?: string;
  /** Milliseconds since 1970, as `Date.now()` gives them. */
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  /** Milliseconds from `createdAt`; then the task may be forgotten. */
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  /** Questions to the client that have no answer yet. */
  readonly inputRequests: Readonly<Record<string, Question>>;
  /** Answers of the client; gone once the task has ended. */
  readonly inputResponses: TaskResponses;
  /** Of a completed task: the result of tools/call. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Of a failed task. */
  readonly error?: TaskError;
}

/** What a handler has in a task and not elsewhere. */
export interface InTask {
  readonly taskId: string;
  readonly progress: RequestContext['progress'];
}

/** How a task ended. */
export type TaskEnd =
  | { readonly status: 'completed'; readonly result: Readonly<Record<string, unknown>> }
  | { readonly status: 'failed'; readonly error: TaskError }
  | { readonly status: 'cancelled' };

export function hasEnded({ status }: Task): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

export function isExpired({ createdAt, ttlMs }: Task, now: number): boolean {
  return now >= createdAt + ttlMs;
}

/** The same task with an answer to none, some or all of its questions; answers to no question of it are dropped. */
export function withResponses(task: Task, given: TaskResponses, now: number): Task {
  const answered = Object.keys(given).filter(key => Object.hasOwn(task.inputRequests, key));
  if (answered.length === 0) return task;
  const open = Object.entries(task.inputRequests).filter(([key]) => !answered.includes(key));
  return {
    ...task,
    status: open.length === 0 ? 'working' : 'input_required',
    lastUpdatedAt: now,
    inputRequests: Object.fromEntries(open),
    inputResponses: {
      ...task.inputResponses,
      ...Object.fromEntries(Object.entries(given).filter(([key]) => answered.includes(key))),
    },
  };
}

export function toEnded(task: Task, end: TaskEnd, now: number): Task {
  const { statusMessage: _, ...kept } = task;
  return {
    ...kept,
    ...end,
    ...(end.status === 'failed' && { statusMessage: end.error.message }),
    lastUpdatedAt: now,
    inputRequests: {},
    inputResponses: {},
  };
}

/** As in the reply that made the task ("Task Creation"). */
export function toTaskFields(task: Task): object {
  const { taskId, status, statusMessage, createdAt, lastUpdatedAt, ttlMs, pollIntervalMs } = task;
  return {
    taskId,
    status,
    ...(statusMessage !== undefined && { statusMessage }),
    createdAt: new Date(createdAt).toISOString(),
    lastUpdatedAt: new Date(lastUpdatedAt).toISOString(),
    ttlMs,
    pollIntervalMs,
  };
}

/** As in tasks/get and notifications/tasks: with what belongs to its status ("DetailedTask"). */
export function toDetailedFields(task: Task): object {
  const { status, inputRequests, result, error } = task;
  return {
    ...toTaskFields(task),
    ...(status === 'input_required' && { inputRequests }),
    ...(status === 'completed' && { result }),
    ...(status === 'failed' && { error }),
  };
}

/** Of one request: what it did not declare, the client cannot do (basic, "Per-request protocol fields"). */
export function declaresTasks(capabilities: Params): boolean {
  const { extensions } = capabilities;
  return isRecord(extensions) && isRecord(extensions[TASKS_EXTENSION]);
}
