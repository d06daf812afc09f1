import { callCompiled, toTimedOut, type ToolCall, type ToolOutcome } from '../call-tool.ts';
import type { CompiledTask } from '../definition/compile-tool.ts';
import type { Answer } from '../engine/era.ts';
import { internalError, toFault } from '../engine/faults.ts';
import { askAndRepeat } from '../engine/requests.ts';
import type { Params } from '../engine/rpc.ts';
import type { ServerModel } from '../engine/server-model.ts';
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
 * Makes a task of a call ("Task Creation"). Arguments that are wrong, and questions that come before the task, are
 * answered as in any call.
 */
export async function callAsTask(
  { tasks, log }: ServerModel,
  { before, body, timeoutMs: ownTimeoutMs }: CompiledTask,
  call: ToolCall,
  answers: CallAnswers,
): Promise<Answer> {
  const admitted = await callCompiled(before, call, log);
  if (admitted.kind === 'input_needed') return answers.toQuestions(admitted);
  if (admitted.kind === 'failed') return answers.toResult(admitted);
  const { params, meta, dialect, dialogue } = call;
  const timeoutMs = ownTimeoutMs ?? tasks.limits.timeoutMs;

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
    return toTaskEnd(
      first.kind === 'input_needed' ? await askAndRepeat(first, inTask, work) : first,
      answers.toResult,
    );
  };
  try {
    const task = await tasks.start({
      owner: meta.auth?.fingerprint ?? '',
      tool: call.name,
      timeoutMs,
      timedOut: toTaskEnd(toTimedOut(call.name, timeoutMs), answers.toResult),
      client: dialect.readClient(params, meta),
      // What was asked before the task is known in it.
      given: dialogue?.input ?? { responses: {}, state: undefined },
      run,
    });
    return {
      result: JSON.stringify({ resultType: 'task', ...toTaskFields(task), _meta: answers.about }),
    };
  } catch (error) {
    if (!(error instanceof KitError && error.code === 'task_refused')) throw error;
    return { fault: internalError(error.message, 503) };
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
