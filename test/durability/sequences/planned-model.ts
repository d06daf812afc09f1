import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  openOpenAiServer,
  type ModelServer,
  type ModelServerRequest,
  type Reply,
} from '@tramontane/testkit/model-servers';
import type { Moments } from './moments.ts';

/** One answer of the model. */
export interface PlannedStep {
  readonly calls: readonly string[];
  readonly speaks: boolean;
  readonly thinks?: boolean;
  /** The vendor refuses the first time it is asked for this answer. */
  readonly fails?: boolean;
}

const HALF = 3;
/** For the pieces to be on their way before what is armed happens. */
const HEARD_MS = 15;

/** What a person says: the model does what the words plan. */
export function toWords(id: string, steps: readonly PlannedStep[]): string {
  return `Plan ${id}: ${JSON.stringify(steps)}`;
}

/** A model that remembers nothing: it reads in the prompt what is planned and how far it has come. */
export function openPlannedModel(moments: Moments, think: () => Promise<void>): Promise<ModelServer> {
  const refused = new Set<string>();
  return openOpenAiServer({
    script: async (request): Promise<Reply> => {
      const { words, steps, done } = readPrompt(request);
      await moments.reach();
      await think();
      const step = steps[done] ?? { calls: [], speaks: true };
      const number = done + 1;
      if (step.fails && !refused.has(`${words} ${number}`)) {
        refused.add(`${words} ${number}`);
        return { status: 403 };
      }
      const act = moments.takeHalf();
      if (act) void sleep(HEARD_MS).then(act);
      const toolCalls = step.calls.map(name => ({
        name,
        arguments: name.startsWith('handoff_to_') ? {} : { step: number, value: randomUUID() },
      }));
      return {
        ...(step.thinks && { thinking: `I think about ${randomUUID()} and so on.` }),
        // Without words it is a call that is half said.
        ...((step.speaks || (act && toolCalls.length === 0)) && {
          text: `Step ${number}: ${randomUUID()} ${randomUUID()}`,
        }),
        ...(toolCalls.length > 0 && { toolCalls }),
        ...(act && { hangAfterChunks: HALF }),
      };
    },
  });
}

function readPrompt({ messages }: ModelServerRequest) {
  const newest = messages.findLastIndex(({ role }) => role === 'user');
  const words = JSON.stringify(messages[newest]?.['content'] ?? '');
  const said = /Plan [^:]+: (\[.*\])/.exec(textOf(messages[newest]?.['content']))?.[1];
  const steps = said === undefined ? [] : (JSON.parse(said) as PlannedStep[]);
  const answers = JSON.stringify(messages.slice(newest + 1).filter(({ role }) => role === 'assistant'));
  const numbers = [...answers.matchAll(/Step (\d+):|step[\\"]+:(\d+)/g)];
  const done = Math.max(0, ...numbers.map(([, spoken, called]) => Number(spoken ?? called)));
  return { words, steps, done };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part: { text?: string }) => part.text ?? '').join('') : '';
}
