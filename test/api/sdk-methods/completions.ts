import { expect } from 'vitest';
import { z } from 'zod';
import { statusOf, type MethodCase, type MethodCases, type Rig } from './method-case.ts';
import { readKnown } from './read-known.ts';

const messages = [{ role: 'user' as const, content: 'How many?' }];
const CHUNKS = expect.arrayContaining(['chunk']) as unknown;
const COMPLETE = { choices: [{ message: { content: 'Yes.' }, finishReason: 'stop' }] };

const responseFormat = z.object({ pieces: z.number() });
const answersInJson = ({ api }: Rig) => api.models.answers(() => ({ text: '{"pieces":12}' }));

export const CHAT_METHODS: MethodCases = {
  complete: [async rig => await rig.api.sdk.chat.complete({ model: rig.says(), messages }), COMPLETE],
  stream: [async rig => await readKnown(rig.api.sdk.chat.stream({ model: rig.says(), messages })), CHUNKS],
  parse: [
    async rig => await rig.api.sdk.chat.parse({ model: answersInJson(rig), messages, responseFormat }),
    { choices: [{ message: { parsed: { pieces: 12 } } }] },
  ],
  parseStream: [
    async rig =>
      await readKnown(rig.api.sdk.chat.parseStream({ model: answersInJson(rig), messages, responseFormat })),
    CHUNKS,
  ],
};

export const AGENT_COMPLETION_METHODS: MethodCases = {
  complete: [
    async rig => await rig.api.sdk.agents.complete({ agentId: await rig.agentId(), messages }),
    COMPLETE,
  ],
  stream: [
    async rig => await readKnown(rig.api.sdk.agents.stream({ agentId: await rig.agentId(), messages })),
    CHUNKS,
  ],
};

const modelId = 'offline';
const refused = (call: (rig: Rig) => Promise<unknown>): MethodCase => [
  async rig => await statusOf(call(rig)),
  400,
];

export const MODEL_METHODS: MethodCases = {
  list: [
    async ({ api }) => await api.sdk.models.list(),
    { object: 'list', data: [{ id: 'test-model' }, { id: modelId }] },
  ],
  retrieve: [async ({ api }) => await api.sdk.models.retrieve({ modelId }), { id: modelId, type: 'base' }],
  // Models belong to their providers.
  delete: refused(async ({ api }) => await api.sdk.models.delete({ modelId })),
  update: refused(async ({ api }) => await api.sdk.models.update({ modelId, updateModelRequest: {} })),
  archive: refused(async ({ api }) => await api.sdk.models.archive({ modelId })),
  unarchive: refused(async ({ api }) => await api.sdk.models.unarchive({ modelId })),
};
