import { callCompiled, toTimedOut, type ToolCall, type ToolOutcome } from '../call-tool.ts';
import type { CompiledTask } from '../definition/compile-tool.ts';
import type { Answer } from '../engine/era.ts';
import { internalError, toFault } from '../engine/faults.ts';
import { askAndRepeat } from '../engine/requests.ts';
import type { Params } from '../engine/rpc.ts';
import type { ServerModel } from '../engine/server-model.ts';
import { failed, INTERNAL_ERROR } from '../failure.ts';
import { guardCall } from '../guard-call.ts';
import { KitError } from '../kit-error.ts';
import type { RequestMeta } from '../request-meta.ts';
import type { InputNeeded } from '../run-handler.ts';
import { describeProgress } from './status-writer.ts';
import type { RunningTask } from './task-runs.ts';
import { toTaskFields, type TaskEnd } from './task.ts';

type Final = Exclude<ToolOutcome, InputNeeded>;

/** How the era of the call writes what its other calls are answered, too. */
export interface CallAnswers {
  readonly about: object;
  readonly toResult: (outcome: Final) => Answer;
  readonly toQuestions: (needed: InputNeeded) => Answer;
}

/**
 * Makes a task of a call ("Task Creation"). Arguments that are wrong, questions that come before the task, and what
 * guards refuse are answered as in any call. Guards see the call until its task has ended.
 */
export function callAsTask(
  model: ServerModel,
  task: CompiledTask,
  call: ToolCall,
  answers: CallAnswers,
): Promise<Answer> {
  const { catalogue, log } = model;
  const answered = Promise.withResolvers<Answer>();
  const ended = Promise.withResolvers<ToolOutcome>();
  const run = async (guarded: ToolCall): Promise<ToolOutcome> => {
    const admitted = await callCompiled(task.before, guarded, log);
    if (admitted.kind !== 'result') return admitted;
    const begun = await beginTask(model, task, guarded, answers, ended.promise).catch((error: unknown) => {
      answered.reject(error);
      return undefined;
    });
    if (begun === undefined) return failed('internal', INTERNAL_ERROR);
    answered.resolve(begun.answer);
    return begun.worked;
  };
  void Promise.resolve(guardCall(catalogue, call, log, run)).then(
    outcome => {
      ended.resolve(outcome);
      // Too late to be said where the task was announced already.
      answered.resolve(
        outcome.kind === 'input_needed' ? answers.toQuestions(outcome) : answers.toResult(outcome),
      );
    },
    (error: unknown) => {
      ended.reject(error);
      answered.reject(error);
    },
  );
  // Nobody waits for it where no task was begun.
  ended.promise.catch(() => {});
  return answered.promise;
}

/** `ended`: what the guards made of what was worked out. */
async function beginTask(
  { tasks, log }: ServerModel,
  { body, timeoutMs: ownTimeoutMs }: CompiledTask,
  call: ToolCall,
  answers: CallAnswers,
  ended: Promise<ToolOutcome>,
): Promise<{ readonly answer: Answer; readonly worked: ToolOutcome | Promise<ToolOutcome> }> {
  const { params, meta, dialect, dialogue } = call;
  const timeoutMs = ownTimeoutMs ?? tasks.limits.timeoutMs;
  const worked = Promise.withResolvers<ToolOutcome>();

  const run = async (running: RunningTask): Promise<TaskEnd> => {
    const inTask: ToolCall = {
      ...call,
      meta: toTaskMeta(meta, running),
      dialect: running.asking.dialect,
      dialogue: running.asking.dialogue,
      task: {
        taskId: running.taskId,
        progress: (...told) => running.setMessage(describeProgress(...told)),
      },
    };
    const work = (again: ToolCall): ReturnType<typeof callCompiled> => callCompiled(body, again, log);
    const first = await work(inTask);
    worked.resolve(first.kind === 'input_needed' ? askAndRepeat(first, inTask, work) : first);
    return toTaskEnd(await ended, answers.toResult);
  };
  try {
    const task = await tasks.start({
      owner: meta.auth?.subject ?? '',
      tool: call.name,
      timeoutMs,
      timedOut: toTaskEnd(toTimedOut(call.name, timeoutMs), answers.toResult),
      client: dialect.readClient(params, meta),
      // What was asked before the task is known in it.
      given: dialogue?.input ?? { responses: {}, state: undefined },
      run,
    });
    const result = JSON.stringify({ resultType: 'task', ...toTaskFields(task), _meta: answers.about });
    return { answer: { result }, worked: worked.promise };
  } catch (error) {
    if (!(error instanceof KitError && error.code === 'task_refused')) throw error;
    return {
      answer: { fault: internalError(error.message, 503) },
      worked: failed('internal', error.message),
    };
  }
}

/** The request is over before the task is; nothing of its connection may be held any longer. */
function toTaskMeta({ requestId, auth, header }: RequestMeta, { signal }: RunningTask): RequestMeta {
  const kept = new Map(['traceparent', 'tracestate', 'baggage'].map(name => [name, header?.(name)]));
  return { signal, requestId, ...(auth && { auth }), header: name => kept.get(name) };
}

/** A tool that failed has a result that says so; `failed` is for what a call answers with an error of the protocol. */
function toTaskEnd(outcome: ToolOutcome, toResult: CallAnswers['toResult']): TaskEnd {
  if (outcome.kind === 'input_needed') throw new Error('A question of a task was not asked.');
  const answer =
    outcome.kind === 'failed' && outcome.failure === 'internal'
      ? { fault: toFault(outcome) }
      : toResult(outcome);
  if ('result' in answer) return { status: 'completed', result: JSON.parse(answer.result) as Params };
  const { code, message, data } = answer.fault;
  return { status: 'failed', error: { code, message, ...(data !== undefined && { data }) } };
}
