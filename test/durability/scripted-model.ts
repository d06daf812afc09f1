import { randomUUID } from 'node:crypto';
import {
  openOpenAiServer,
  type ModelServer,
  type ModelServerRequest,
} from '@tramontane/testkit/model-servers';
import type { Stage } from './stage.ts';
import type { ToolName } from './tool-effects.ts';

/** What the model asks for, answer by answer: five calls. Their numbers are `step` in the arguments. */
export const CALLS: readonly (readonly { readonly step: number; readonly tool: ToolName }[])[] = [
  [
    { step: 1, tool: 'look_up' },
    { step: 2, tool: 'book' },
  ],
  [
    { step: 3, tool: 'send_mail' },
    { step: 4, tool: 'book' },
  ],
  [{ step: 5, tool: 'pay' }],
  [],
];

/** Chunks of an answer that are sent when it is to be cut half-way: the role, and some words. */
const HALF = 4;

/**
 * A model that follows the script whatever it is told, and says it in other words each time: an answer that is asked
 * for again after a crash differs from the one that was lost, as with real models.
 */
export function openScriptedModel(stage: Stage, think: () => Promise<void>): Promise<ModelServer> {
  return openOpenAiServer({
    script: async request => {
      const answer = answersSoFar(request);
      await stage.reach(`model ${answer} asked`);
      await think();
      const half = stage.isArmed(`model ${answer} half`);
      const calls = CALLS[answer] ?? [];
      return {
        text: `Answer ${answer}: ${Array.from({ length: 6 }, () => randomUUID()).join(' ')}`,
        toolCalls: calls.map(({ step, tool }) => ({ name: tool, arguments: { step, value: randomUUID() } })),
        ...(half && { hangAfterChunks: HALF }),
      };
    },
  });
}

/** Answers since the newest message of the user: a run asked again from its log gets the same step again. */
function answersSoFar(request: ModelServerRequest): number {
  const newest = request.messages.findLastIndex(({ role }) => role === 'user');
  return request.messages.slice(newest).filter(({ role }) => role === 'assistant').length;
}
