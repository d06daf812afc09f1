import { setTimeout as delay } from 'node:timers/promises';
import {
  openOpenAiServer,
  type ModelServer,
  type ModelServerRequest,
} from '@tramontane/testkit/model-servers';

/** Time that the model takes before it says something, and between its words. */
const THINK_MS = 20;
const WORD_MS = 3;
/** What is to be booked, as a message of the user names it. */
export const VALUE = /value-[0-9a-f-]{36}/;

/** A model that books what the newest message of the user names, and then says so. */
export function openBookingModel(): Promise<ModelServer> {
  return openOpenAiServer({
    script: async request => {
      await delay(THINK_MS);
      const { value, answered } = readTurn(request);
      if (answered) return { text: `Booked ${value} as you said, and nothing else.`, chunkDelayMs: WORD_MS };
      return { toolCalls: [{ name: 'book', arguments: { value } }] };
    },
  });
}

function readTurn({ messages }: ModelServerRequest): { value: string; answered: boolean } {
  const newest = messages.findLastIndex(({ role }) => role === 'user');
  const value = VALUE.exec(JSON.stringify(messages[newest]))?.[0] ?? '';
  return { value, answered: messages.slice(newest).some(({ role }) => role === 'tool') };
}
