import { requireCapability, type Dialect, type Dialogue } from '../asking/dialogue.ts';
import type { Question } from '../asking/question.ts';
import type { ClientDetails, GivenInput } from '../call-context.ts';
import { KitError } from '../kit-error.ts';
import type { TaskResponses } from './task.ts';

/** Asks the client of a task: the question stands in tasks/get until tasks/update brings its answer. */
export interface TaskDialogue {
  readonly dialect: Dialect;
  readonly dialogue: Dialogue;
  /** Hands over all answers there are; those that were handed over before do nothing. */
  readonly deliver: (responses: TaskResponses) => void;
}

/**
 * @param given what was answered in the call itself, before the task was made.
 * @param post shows the question to the client.
 * @param signal aborts when nobody will answer any more.
 */
export function openTaskDialogue(
  client: ClientDetails,
  given: GivenInput,
  post: (key: string, question: Question) => Promise<unknown>,
  signal: AbortSignal,
): TaskDialogue {
  const waiting = new Map<string, PromiseWithResolvers<TaskResponses[string]>>();
  /** What a handler asked for, by the name it gave: asked again, it gets the same answer. */
  const answers = new Map<string, Promise<TaskResponses[string]>>(
    Object.entries(given.responses).map(([key, response]) => [key, Promise.resolve(response)]),
  );
  const usedKeys = new Set(Object.keys(given.responses));
  let asked = 0;

  signal.addEventListener('abort', () => {
    const why = new KitError('client_failed', 'The task ended before the client answered.');
    for (const { reject } of waiting.values()) reject(why);
    waiting.clear();
  });

  const send = async (name: string, question: Question): Promise<TaskResponses[string]> => {
    requireCapability(question, client);
    signal.throwIfAborted();
    const key = toUnusedKey(name, usedKeys);
    usedKeys.add(key);
    const waiter = Promise.withResolvers<TaskResponses[string]>();
    waiting.set(key, waiter);
    // An abort may reject it while the question is still being written.
    waiter.promise.catch(() => {});
    await post(key, question);
    return waiter.promise;
  };
  const toDialogue = (input: GivenInput): Dialogue => ({
    input,
    round: 0,
    used: {},
    open: new Map(),
    ask: (given, question) => {
      asked += 1;
      const name = given ?? `question-${asked}`;
      const answer = answers.get(name) ?? send(name, question);
      answers.set(name, answer);
      return answer;
    },
  });
  return {
    dialogue: toDialogue(given),
    dialect: {
      readClient: () => client,
      // Neither log messages nor progress are sent for tasks ("Task Status Notifications").
      readLogLevel: () => undefined,
      openDialogue: () => toDialogue(given),
      answerNow: async (questions, state) => {
        const responses = await Promise.all(
          Object.entries(questions).map(async ([key, question]) => [key, await send(key, question)] as const),
        );
        return toDialogue({ responses: { ...given.responses, ...Object.fromEntries(responses) }, state });
      },
    },
    deliver: responses => {
      for (const [key, { resolve }] of waiting) {
        const response = Object.hasOwn(responses, key) ? responses[key] : undefined;
        if (response === undefined) continue;
        waiting.delete(key);
        resolve(response);
      }
    },
  };
}

/** A key must never stand for two questions of one task ("Task Update Requests"). */
function toUnusedKey(name: string, used: ReadonlySet<string>): string {
  let key = name;
  for (let count = 2; used.has(key); count += 1) key = `${name}-${count}`;
  return key;
}
