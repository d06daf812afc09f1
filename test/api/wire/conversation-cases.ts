import { expect } from 'vitest';
import { mcpTool } from '../run-turn.ts';
import { record, records } from '../shapes.ts';
import { FUNCTION, pathOf, typesOf } from './open-wire.ts';
import { type WireCase } from './wire-case.ts';

// Section 2.2: conversations.

const START: readonly WireCase[] = [
  [
    '2.2',
    'an answer: its object, conversation, outputs and usage',
    async wire => await wire.start(),
    {
      object: 'conversation.response',
      conversation_id: expect.any(String),
      outputs: [{ object: 'entry', type: 'message.output', role: 'assistant', content: 'Yes.' }],
      usage: { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) },
    },
  ],
  [
    '2.2',
    'total tokens are those of prompt, completion and connectors; executions are counted by tool',
    async wire => {
      const model = wire.api.models.plays(
        {
          toolCalls: ['act', 'act'].map(name => ({ name, arguments: {} })),
          usage: { promptTokens: 10, completionTokens: 3 },
        },
        { text: 'Done.', usage: { promptTokens: 20, completionTokens: 4 } },
      );
      return (await wire.start({ model, tools: [mcpTool(wire.tools)] }))['usage'];
    },
    { prompt_tokens: 30, completion_tokens: 7, total_tokens: 37, connectors: { act: 2 } },
  ],
  [
    '2.2',
    'usage is whole numbers where the vendor counts nothing',
    async wire =>
      (await wire.start({ model: wire.api.models.answers(() => ({ text: 'Hi.', usage: null })) }))['usage'],
    { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  ],
  [
    '2.2',
    'a text is one message of the user',
    async wire => await wire.history(pathOf.conversation(await wire.start({ inputs: 'Hello' }))),
    [
      { object: 'entry', type: 'message.input', role: 'user', content: 'Hello', prefix: false },
      { type: 'message.output' },
    ],
  ],
  [
    '2.2',
    'entries may leave out object and type',
    async wire => {
      const inputs = [
        { role: 'user', content: 'One' },
        { role: 'assistant', content: 'Two' },
        { role: 'user', content: 'Three' },
      ];
      return await wire.history(pathOf.conversation(await wire.start({ inputs })));
    },
    [
      { type: 'message.input', role: 'user', content: 'One' },
      { type: 'message.input', role: 'assistant' },
      { type: 'message.input', content: 'Three' },
      { type: 'message.output' },
    ],
  ],
  [
    '2.2',
    'null for what may be null, and the defaults: stored, on the server',
    async wire => {
      const nothing = Object.fromEntries(
        [
          'stream',
          'store',
          'handoff_execution',
          'completion_args',
          'guardrails',
          'metadata',
          'tools',
          'instructions',
          'name',
          'description',
          'agent_id',
          'agent_version',
        ].map(key => [key, null]),
      );
      const turn = await wire.start({ ...nothing, model: wire.says() });
      return (await wire.send('GET', pathOf.conversation(turn))).status;
    },
    200,
  ],
  [
    '2.2',
    'with an agent, its version by number, by text and by alias',
    async wire => {
      const agent = await wire.agent({ model: wire.says('Old.') });
      const path = pathOf.agent(agent);
      await wire.send('PATCH', path, { model: wire.says('New.') });
      await wire.send('PUT', `${path}/aliases?alias=live&version=0`);
      const turns = [undefined, 0, '0', 'live', 1].map(agent_version =>
        wire.start({ agent_id: agent['id'], ...(agent_version !== undefined && { agent_version }) }),
      );
      return (await Promise.all(turns)).map(turn => records(turn['outputs'])[0]?.['content']);
    },
    ['New.', 'Old.', 'Old.', 'Old.', 'New.'],
  ],
  [
    '2.2',
    'store:false keeps nothing, and has an id all the same',
    async wire => {
      const turn = await wire.start({ store: false });
      return [turn['conversation_id'], (await wire.send('GET', pathOf.conversation(turn))).status];
    },
    [expect.stringMatching(/^conv_/), 404],
  ],
  [
    '2.2',
    'what guardrails found is told, by their names',
    async wire =>
      (await wire.start({ inputs: 'a fight', guardrails: [{ moderation_llm_v2: { action: 'none' } }] }))[
        'guardrails'
      ],
    [
      {
        moderation_llm_v2: {
          action: 'none',
          categories: { violence_and_threats: { score: 0.9, violated: true } },
        },
      },
    ],
  ],
];

const READ: readonly WireCase[] = [
  [
    '2.2',
    'a page far beyond is empty',
    async wire => await wire.get('/v1/conversations?page=9007199254740991&page_size=1000'),
    [],
  ],
  [
    '2.2',
    'a conversation with a model: its model, instructions, tools, arguments, and nothing of agents',
    async wire => {
      const more = { instructions: 'Be short.', name: 'N', description: 'D', metadata: { a: 1 } };
      const turn = await wire.start({ ...more, tools: [FUNCTION], completion_args: { temperature: 0.2 } });
      const found = record(await wire.get(pathOf.conversation(turn)));
      return [found, 'agent_id' in found];
    },
    [
      {
        object: 'conversation',
        model: expect.any(String),
        instructions: 'Be short.',
        name: 'N',
        description: 'D',
        metadata: { a: 1 },
        tools: [FUNCTION],
        completion_args: { temperature: 0.2 },
        created_at: expect.any(String),
        updated_at: expect.any(String),
      },
      false,
    ],
  ],
  [
    '2.2',
    'a conversation with an agent: its id and version, and nothing of models',
    async wire => {
      const agent = await wire.agent();
      const turn = await wire.start({ agent_id: agent['id'], agent_version: 0 });
      const found = record(await wire.get(pathOf.conversation(turn)));
      return [found['agent_id'] === agent['id'], found['agent_version'], 'model' in found, 'tools' in found];
    },
    [true, 0, false, false],
  ],
  [
    '2.2',
    'a list is bare and newest first, filtered by metadata, page by page',
    async wire => {
      const metadata = { lot: 'conversations', deep: { n: [1] } };
      const made: unknown[] = [];
      for (let n = 0; n < 3; n += 1) made.push((await wire.start({ metadata }))['conversation_id']);
      const filter = `metadata=${encodeURIComponent('{"deep":{"n":[1]},"lot":"conversations"}')}`;
      const idsAt = async (query: string) =>
        records(await wire.get(`/v1/conversations?${filter}${query}`)).map(({ id }) => made.indexOf(id));
      return [await idsAt(''), await idsAt('&page_size=2'), await idsAt('&page=1&page_size=2')];
    },
    [[2, 1, 0], [2, 1], [0]],
  ],
  [
    '2.2',
    'the history has its object, its conversation, and every entry in order',
    async wire => {
      const turn = await wire.start({ model: wire.calls('act'), tools: [mcpTool(wire.tools)] });
      const found = record(await wire.get(`${pathOf.conversation(turn)}/history`));
      return [
        found['object'],
        found['conversation_id'] === turn['conversation_id'],
        typesOf(found['entries']),
      ];
    },
    ['conversation.history', true, ['message.input', 'tool.execution', 'message.output']],
  ],
  [
    '2.2',
    'messages are the history without what is no message',
    async wire => {
      const turn = await wire.start({ model: wire.calls('act'), tools: [mcpTool(wire.tools)] });
      const found = record(await wire.get(`${pathOf.conversation(turn)}/messages`));
      return [
        found['object'],
        found['conversation_id'] === turn['conversation_id'],
        typesOf(found['messages']),
      ];
    },
    ['conversation.messages', true, ['message.input', 'message.output']],
  ],
  [
    '2.2',
    'nobody but who started it sees it',
    async wire => {
      const path = pathOf.conversation(await wire.start());
      const bob = await wire.keyOf('bob');
      return await Promise.all(
        ['', '/history', '/messages'].map(
          async part => (await wire.send('GET', `${path}${part}`, undefined, bob)).status,
        ),
      );
    },
    [404, 404, 404],
  ],
];

export const CONVERSATION_CASES: readonly WireCase[] = [...START, ...READ];
