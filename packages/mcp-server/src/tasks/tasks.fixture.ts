import { setImmediate as turn } from 'node:timers/promises';
import type { Guards } from '@tramontane/guards';
import * as z from 'zod';
import { elicitation, inputRequired } from '../asking/input-required.ts';
import { defineTool } from '../definition/define-tool.ts';
import { ToolError } from '../kit-error.ts';
import { createMcpServer, type McpServer } from '../server.ts';
import { openTestClient, type TestClient } from '../testing/open-test-client.ts';
import type { Json } from '../testing/test-client-types.ts';
import { TASKS_EXTENSION } from './task.ts';
import type { TasksOptions } from './tasks.ts';

/** What a tool of the fixture was told, for tests to wait on. */
export interface Seen {
  begun: PromiseWithResolvers<AbortSignal>;
  readonly taskIds: (string | undefined)[];
}

export interface TaskFixture {
  readonly server: McpServer;
  readonly seen: Seen;
  readonly errors: string[];
  /** A client that knows tasks, and can be asked. */
  readonly open: (caller?: string, guards?: Guards) => Promise<TestClient & AsyncDisposable>;
}

const nothing = z.object({});

export function createTaskFixture(tasks: TasksOptions = {}): TaskFixture {
  const seen: Seen = { begun: Promise.withResolvers(), taskIds: [] };
  const errors: string[] = [];
  const drop = (): void => {};
  const error = (_fields: object, message: string): void => void errors.push(message);
  const server = createMcpServer({
    name: 'jobs',
    version: '1.0.0',
    design: false,
    tasks,
    log: { debug: drop, info: drop, warn: drop, error },
    tools: [
      defineTool({
        name: 'add',
        description: 'Adds.',
        input: z.object({ a: z.number(), b: z.number() }),
        output: z.object({ sum: z.number() }),
        task: 'optional',
        handler: ({ a, b }, { taskId, progress }) => {
          seen.taskIds.push(taskId);
          progress(1, 2, 'Adding');
          return { sum: a + b };
        },
      }),
      defineTool({
        name: 'wait',
        description: 'Ends when it is stopped.',
        input: nothing,
        task: 'optional',
        handler: (_args, { signal, progress }) => {
          const { promise, reject } = Promise.withResolvers<string>();
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          progress(3, 10, 'Waiting');
          seen.begun.resolve(signal);
          return promise;
        },
      }),
      defineTool({
        name: 'fail',
        description: 'Fails.',
        input: nothing,
        task: 'required',
        handler: () => {
          throw new ToolError('Out of paper.');
        },
      }),
      defineTool({
        name: 'break',
        description: 'Breaks.',
        input: nothing,
        task: 'optional',
        handler: () => {
          throw new Error('the password is hunter2');
        },
      }),
      defineTool({
        name: 'ask',
        description: 'Asks twice, in turn, about the same.',
        input: nothing,
        task: 'optional',
        beforeTask: (_args, { client }) => {
          if (client.info?.name === 'intruder') throw new ToolError('Not you.');
        },
        handler: async (_args, { elicit }) => {
          const schema = z.object({ age: z.number() });
          const answer = await elicit({ key: 'age', message: 'Your age?', schema });
          const again = await elicit({ key: 'age', message: 'Your age?', schema });
          return answer.action === 'accept' && again.action === 'accept'
            ? `${answer.content.age} and ${again.content.age}`
            : 'declined';
        },
      }),
      defineTool({
        name: 'rounds',
        description: 'Asks twice under one key, and keeps the first answer in its state.',
        input: nothing,
        task: 'required',
        handler: (_args, { input: { responses, state } }) => {
          const seen = [...((state as unknown[] | undefined) ?? []), responses['name']].filter(Boolean);
          if (seen.length === 2) return JSON.stringify(seen);
          const question = elicitation({ message: 'Your name?', schema: z.object({ name: z.string() }) });
          return inputRequired({ requests: { name: question }, state: seen });
        },
      }),
    ],
  });
  return {
    server,
    seen,
    errors,
    open: (caller, guards) =>
      openTestClient(server, {
        capabilities: { elicitation: {}, extensions: { [TASKS_EXTENSION]: {} } },
        ...(caller !== undefined && { auth: { subject: caller, fingerprint: 'f' } }),
        ...(guards && { guards }),
      }),
  };
}

/** @returns the result of tools/call as it came. */
export function callTool(client: TestClient, name: string, args: object = {}): Promise<Json> {
  return client.request('tools/call', { name, arguments: args });
}

/** @returns the task's id. */
export async function startTask(client: TestClient, name: string, args?: object): Promise<string> {
  return String((await callTool(client, name, args))['taskId']);
}

/** Looks at a task until it has the status; the test's own time limit is the limit. */
export async function untilStatus(client: TestClient, taskId: string, status: string): Promise<Json> {
  for (;;) {
    const task = await client.request('tasks/get', { taskId });
    if (task['status'] === status) return task;
    if (task['status'] !== 'working' && task['status'] !== 'input_required') {
      throw new Error(`The task is ${JSON.stringify(task)}, and will never be ${status}.`);
    }
    await turn();
  }
}
