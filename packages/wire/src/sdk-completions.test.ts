import { describe, expect, test } from 'vitest';
import {
  COMPLETION_DONE,
  chatCompletionRequestSchema,
  agentsCompletionRequestSchema,
  completionChunkSchema,
  completionResponseSchema,
  frameCompletionChunk,
  type CompletionChunk,
  type CompletionResponse,
} from './completions.ts';
import { deletedModelSchema, modelListSchema, type ModelList } from './models.ts';
import { cannedClient } from './testing/canned-client.ts';
import { expectAgreement, type SdkCase } from './testing/sdk-case.ts';

const models: ModelList = {
  object: 'list',
  data: [
    {
      object: 'model',
      id: 'offline',
      type: 'base',
      capabilities: { completion_chat: true, function_calling: true, vision: false },
      owned_by: 'tramontane',
      created: 1,
      aliases: [],
      deprecation: null,
    },
    {
      object: 'model',
      id: 'ft',
      type: 'fine-tuned',
      job: 'j',
      root: 'r',
      archived: false,
      capabilities: { completion_chat: true, function_calling: false },
      owned_by: 'u',
    },
  ],
};
const completion: CompletionResponse = {
  id: 'cmpl',
  object: 'chat.completion',
  model: 'm',
  created: 1,
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'abcdefghi', type: 'function', function: { name: 'f', arguments: '{}' }, index: 0 },
        ],
        prefix: false,
      },
    },
  ],
};

const cases: SdkCase[] = [
  { name: 'models.list', call: c => c.models.list(), answer: models, answerSchema: modelListSchema },
  {
    name: 'models.delete',
    call: c => c.models.delete({ modelId: 'ft' }),
    answer: { id: 'ft', object: 'model', deleted: true },
    answerSchema: deletedModelSchema,
  },
  {
    name: 'chat.complete',
    call: c =>
      c.chat.complete({
        model: 'm',
        temperature: 1.5,
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: [{ type: 'text', text: 'x' }] },
          { role: 'assistant', toolCalls: [{ id: 'abcdefghi', function: { name: 'f', arguments: '{}' } }] },
          { role: 'tool', content: '1', toolCallId: 'abcdefghi' },
        ],
        tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
        toolChoice: { type: 'function', function: { name: 'f' } },
        stop: ['a'],
      }),
    answer: completion,
    answerSchema: completionResponseSchema,
    bodySchema: chatCompletionRequestSchema,
  },
  {
    name: 'agents.complete',
    call: c => c.agents.complete({ agentId: 'a', messages: [{ role: 'user', content: 'x' }] }),
    answer: completion,
    bodySchema: agentsCompletionRequestSchema,
  },
];

describe('the official SDK and our shapes of models and completions agree (2.4, 2.5)', () => {
  test.each(cases)('$name', expectAgreement);
});

test('a streamed completion reaches the official SDK and ends (2.5)', async () => {
  const chunks: CompletionChunk[] = [
    {
      id: 'c',
      model: 'm',
      choices: [{ index: 0, delta: { role: 'assistant', content: 'a' }, finish_reason: null }],
    },
    {
      id: 'c',
      model: 'm',
      object: 'chat.completion.chunk',
      created: 1,
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
    },
  ];
  for (const chunk of chunks) expect(completionChunkSchema.parse(chunk)).toEqual(chunk);
  const body = chunks.map(frameCompletionChunk).join('') + COMPLETION_DONE;
  const { client } = cannedClient(200, body, 'text/event-stream');
  const reasons: unknown[] = [];
  for await (const event of await client.chat.stream({
    model: 'm',
    messages: [{ role: 'user', content: 'x' }],
  })) {
    reasons.push(event.data.choices[0]?.finishReason);
  }
  expect(reasons).toEqual([null, 'stop']);
});
