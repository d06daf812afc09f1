import { expect } from 'vitest';
import { statusOf, type MethodCases, type Rig } from './method-case.ts';
import { readKnown } from './read-known.ts';

const inputs = 'Go on';
const conversationsOf = ({ api }: Rig) => api.sdk.beta.conversations;

/** A conversation, and its newest entry to restart it from. */
async function restartPoint(rig: Rig) {
  const conversationId = await rig.conversationId();
  const { entries } = await conversationsOf(rig).getHistory({ conversationId });
  const last = entries.at(-1);
  return { conversationId, fromEntryId: last && 'id' in last ? (last.id ?? '') : '' };
}

const STREAMED = expect.arrayContaining([
  'conversation.response.started',
  'message.output.delta',
  'conversation.response.done',
]) as unknown;

export const CONVERSATION_METHODS: MethodCases = {
  start: [
    async rig => {
      const tools = [{ type: 'connector' as const, connectorId: await rig.connectorId() }];
      return await conversationsOf(rig).start({ model: rig.calls(), inputs, tools });
    },
    {
      outputs: [
        { type: 'tool.execution', name: 'stock' },
        { type: 'message.output', content: 'Twelve.' },
      ],
    },
  ],
  startStream: [
    async rig => await readKnown(conversationsOf(rig).startStream({ model: rig.says(), inputs })),
    STREAMED,
  ],
  list: [
    async rig => {
      const id = await rig.conversationId();
      return (await conversationsOf(rig).list({ metadata: { a: 1 } })).filter(
        each => 'id' in each && each.id === id,
      );
    },
    [{ metadata: { a: 1 } }],
  ],
  get: [
    async rig => await conversationsOf(rig).get({ conversationId: await rig.conversationId() }),
    { metadata: { a: 1 } },
  ],
  delete: [
    async rig => {
      const conversationId = await rig.conversationId();
      return [
        await conversationsOf(rig).delete({ conversationId }),
        await statusOf(conversationsOf(rig).get({ conversationId })),
      ];
    },
    [undefined, 404],
  ],
  append: [
    async rig =>
      await conversationsOf(rig).append({
        conversationId: await rig.conversationId(),
        conversationAppendRequest: { inputs },
      }),
    { outputs: [{ type: 'message.output', content: 'Yes.' }] },
  ],
  appendStream: [
    async rig =>
      await readKnown(
        conversationsOf(rig).appendStream({
          conversationId: await rig.conversationId(),
          conversationAppendStreamRequest: { inputs },
        }),
      ),
    STREAMED,
  ],
  getHistory: [
    async rig => await conversationsOf(rig).getHistory({ conversationId: await rig.conversationId() }),
    { entries: [{ type: 'message.input' }, { type: 'message.output' }] },
  ],
  getMessages: [
    async rig => await conversationsOf(rig).getMessages({ conversationId: await rig.conversationId() }),
    { messages: [{ type: 'message.input' }, { type: 'message.output' }] },
  ],
  restart: [
    async rig => {
      const { conversationId, fromEntryId } = await restartPoint(rig);
      return await conversationsOf(rig).restart({
        conversationId,
        conversationRestartRequest: { inputs, fromEntryId },
      });
    },
    { conversationId: expect.stringMatching(/^conv_/), outputs: [{ type: 'message.output' }] },
  ],
  restartStream: [
    async rig => {
      const { conversationId, fromEntryId } = await restartPoint(rig);
      return await readKnown(
        conversationsOf(rig).restartStream({
          conversationId,
          conversationRestartStreamRequest: { inputs, fromEntryId },
        }),
      );
    },
    STREAMED,
  ],
};
