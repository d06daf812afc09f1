import { readClient } from '../engine/era-2026/envelope.ts';
import type { Answer, Method } from '../engine/era.ts';
import { invalidParams } from '../engine/faults.ts';
import { isRecord, RPC, type Fault, type Params } from '../engine/rpc.ts';
import { declaresTasks, TASKS_CAPABILITY, toDetailedFields, type TaskResponses } from './task.ts';
import type { Tasks } from './tasks.ts';

/** tasks/get, tasks/update and tasks/cancel; `about` goes into the results' `_meta`. */
export function createTaskMethods(tasks: Tasks, about: object): readonly (readonly [string, Method])[] {
  const done: Answer = { result: JSON.stringify({ resultType: 'complete', _meta: about }) };
  return [
    [
      'tasks/get',
      ofTask(async (taskId, owner) => {
        const task = await tasks.find(taskId, owner);
        if (task === undefined) return UNKNOWN;
        return {
          result: JSON.stringify({ resultType: 'complete', ...toDetailedFields(task), _meta: about }),
        };
      }),
    ],
    [
      'tasks/update',
      ofTask(async (taskId, owner, { inputResponses }) => {
        if (!isResponses(inputResponses)) {
          return { fault: invalidParams('"inputResponses" must be an object of objects.') };
        }
        return (await tasks.respond(taskId, owner, inputResponses)) ? done : UNKNOWN;
      }),
    ],
    ['tasks/cancel', ofTask(async (taskId, owner) => ((await tasks.cancel(taskId, owner)) ? done : UNKNOWN))],
  ];
}

/** For a client that did not say that it knows tasks. */
export function refuseUndeclared(params: Params): Fault | undefined {
  if (declaresTasks(readClient(params).capabilities)) return undefined;
  return {
    code: RPC.missingCapability,
    message: 'This needs the extension io.modelcontextprotocol/tasks, and the client did not declare it.',
    data: { requiredCapabilities: TASKS_CAPABILITY },
    status: 400,
  };
}

const UNKNOWN: Answer = {
  fault: invalidParams('Task not found: it never was, is not yours, or has expired.'),
};

type TaskMethod = (taskId: string, owner: string, params: Params) => Promise<Answer>;

function ofTask(method: TaskMethod): Method {
  return async (params, meta) => {
    const refused = refuseUndeclared(params);
    if (refused) return { fault: refused };
    const { taskId } = params;
    if (typeof taskId !== 'string') return { fault: invalidParams('"taskId" must be a string.') };
    return method(taskId, meta.auth?.subject ?? '', params);
  };
}

function isResponses(value: unknown): value is TaskResponses {
  return isRecord(value) && Object.values(value).every(isRecord);
}
