import { expect } from 'vitest';
import { mcpTool } from '../run-turn.ts';
import { isRecord, record, records, type Json } from '../shapes.ts';
import { FUNCTION, type Wire } from './open-wire.ts';
import { ask, error, invalid, type WireCase } from './wire-case.ts';

// Sections 2.4 to 2.6: models, completions, files of tools.

const messages = [{ role: 'user', content: 'Hi' }];
const CHAT = '/v1/chat/completions';
const chat = async (wire: Wire, more: Json = {}) =>
  await wire.make(CHAT, { model: wire.says(), messages, ...more });
const choiceOf = (answer: Json) => records(answer['choices'])[0] ?? {};

/** The frames of a streamed completion, without the mark of its end. */
async function frames(wire: Wire, more: Json = {}, path = CHAT): Promise<Json[]> {
  const body = { ...(path === CHAT && { model: wire.says() }), messages, stream: true, ...more };
  const { text } = await wire.send('POST', path, body);
  return text
    .split('\n\n')
    .filter(frame => frame.startsWith('data: {'))
    .map(frame => record(JSON.parse(frame.slice('data: '.length))));
}

/** What the vendor was asked for, with these arguments of a completion. */
const asks = async (wire: Wire, more: Json) => {
  const model = wire.says();
  await chat(wire, { ...more, model });
  return wire.api.models.asked(model)[0]?.body;
};

const MODELS: readonly WireCase[] = [
  [
    '2.4',
    'the list has cards with what clients need to know',
    ask('GET', '/v1/models'),
    {
      body: {
        object: 'list',
        data: [
          { id: 'test-model', object: 'model', type: 'base' },
          {
            id: 'offline',
            object: 'model',
            type: 'base',
            capabilities: { completion_chat: true, function_calling: true },
            aliases: [],
          },
        ],
      },
    },
  ],
  [
    '2.4',
    'the list is filtered by model',
    ask('GET', '/v1/models?model=offline'),
    { body: { data: [{ id: 'offline' }] } },
  ],
  ['2.4', 'and by provider', ask('GET', '/v1/models?provider=nobody'), { body: { data: [] } }],
  [
    '2.4',
    'one by its name',
    ask('GET', '/v1/models/offline'),
    { status: 200, body: { id: 'offline', type: 'base' } },
  ],
  [
    '2.4',
    'models that are not fine-tuned are not deleted',
    ask('DELETE', '/v1/models/offline'),
    error(400, { type: 'not_supported' }),
  ],
  [
    '2.6',
    'there are no files: no tool here makes one',
    ask('GET', '/v1/files/00000000-0000-4000-8000-000000000000/content'),
    error(404),
  ],
];

const ARGUMENTS: readonly WireCase[] = (
  [
    ['temperature', 1.4, { temperature: 1.4 }],
    ['top_p', 0.5, { top_p: 0.5 }],
    ['max_tokens', 11, { max_tokens: 11 }],
    ['stop', 'END', { stop: ['END'] }],
    ['stop', ['A', 'B'], { stop: ['A', 'B'] }],
    ['random_seed', 3, { seed: 3 }],
    ['presence_penalty', 0.1, { presence_penalty: 0.1 }],
    ['frequency_penalty', -0.2, { frequency_penalty: -0.2 }],
    ['prediction', { type: 'content', content: 'Old' }, { prediction: { type: 'content', content: 'Old' } }],
    ['reasoning_effort', 'low', { reasoning_effort: 'low' }],
    ['prompt_cache_key', 'k1', { prompt_cache_key: 'k1' }],
    ['service_tier', 'auto', { service_tier: 'auto' }],
    ['response_format', { type: 'json_object' }, { response_format: { type: 'json_object' } }],
  ] as const
).map(([key, value, sent]) => [
  '2.5',
  `${key} reaches the model: ${JSON.stringify(value)}`,
  async wire => await asks(wire, { [key]: value }),
  sent,
]);

const CHOICES: readonly WireCase[] = (
  [
    ['auto', 'auto'],
    ['none', 'none'],
    ['any', 'required'],
    ['required', 'required'],
    [
      { type: 'function', function: { name: 'ask_user' } },
      { type: 'function', function: { name: 'ask_user' } },
    ],
  ] as const
).map(([tool_choice, sent]) => [
  '2.5',
  `tool_choice ${JSON.stringify(tool_choice)}`,
  async wire => (await asks(wire, { tools: [FUNCTION], tool_choice }))?.['tool_choice'],
  sent,
]);

const OUT_OF_RANGE: readonly WireCase[] = (
  [
    ['temperature', 1.6],
    ['top_p', 1.1],
    ['max_tokens', -1],
    ['random_seed', -1],
    ['n', 0],
    ['presence_penalty', 2.1],
    ['frequency_penalty', -2.1],
    ['reasoning_effort', 'much'],
    ['service_tier', 'best'],
    ['prompt_mode', 'x'],
  ] as const
).map(([key, value]) => [
  '2.5',
  `${key} ${String(value)} is refused`,
  ask('POST', CHAT, { model: 'offline', messages, [key]: value }),
  invalid(['body', key]),
]);

export const COMPLETION_CASES: readonly WireCase[] = [
  ...MODELS,
  [
    '2.5',
    'an answer: its object, model, time, usage and choices',
    async wire => await chat(wire),
    {
      id: expect.any(String),
      object: 'chat.completion',
      model: expect.stringMatching(/^scripted/),
      created: expect.any(Number),
      usage: { total_tokens: expect.any(Number) },
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Yes.' } }],
    },
  ],
  [
    '2.5',
    'a call of the caller’s function',
    async wire => choiceOf(await chat(wire, { model: wire.calls('ask_user'), tools: [FUNCTION] })),
    {
      finish_reason: 'tool_calls',
      message: {
        tool_calls: [
          { id: expect.stringMatching(/^[A-Za-z0-9]{9}$/), function: { name: 'ask_user', arguments: '{}' } },
        ],
      },
    },
  ],
  [
    '2.5',
    'turns that the server ran are in messages, beside the last word',
    async wire => choiceOf(await chat(wire, { model: wire.calls('act'), tools: [mcpTool(wire.tools)] })),
    {
      finish_reason: 'stop',
      message: { content: 'Told: done' },
      messages: [
        { role: 'assistant', index: 0 },
        { role: 'tool', index: 1 },
        { role: 'assistant', index: 2 },
      ],
    },
  ],
  [
    '2.5',
    'a header says that the offline model answered',
    ask('POST', CHAT, { model: 'offline', messages }),
    { status: 200, headers: { 'x-tramontane-model': 'offline' } },
  ],
  [
    '2.5',
    'n answers have an index each',
    async wire => records((await chat(wire, { n: 2 }))['choices']).map(({ index }) => index),
    [0, 1],
  ],
  [
    '2.5',
    'every frame of a stream has finish_reason, null until the end, and usage at the end',
    async wire => {
      const all = await frames(wire, { model: wire.says('One two three') });
      const reasons = all.flatMap(frame => records(frame['choices']).map(choice => choice['finish_reason']));
      return [new Set(reasons.slice(0, -1)), reasons.at(-1), all.at(-1)?.['usage']];
    },
    [new Set([null]), 'stop', { total_tokens: expect.any(Number) }],
  ],
  [
    '2.5',
    'an error before the first word is plain',
    async wire =>
      await wire.send('POST', CHAT, {
        model: wire.api.models.answers(() => ({ status: 500 })),
        messages,
        stream: true,
      }),
    error(502),
  ],
  [
    '2.5',
    'an error after it is a reason, never a frame of its own',
    async wire => {
      const model = wire.api.models.answers(() => ({ text: 'One two three', dropAfterChunks: 3 }));
      const all = await frames(wire, { model });
      return [
        all.every(frame => Array.isArray(frame['choices'])),
        choiceOf(all.at(-1) ?? {})['finish_reason'],
      ];
    },
    [true, 'error'],
  ],
  ...ARGUMENTS,
  ...CHOICES,
  ...OUT_OF_RANGE,
  ...(['temperature', 'top_p', 'safe_prompt', 'model'] as const).map((key): WireCase => [
    '2.5',
    `completions of agents take no ${key}`,
    ask('POST', '/v1/agents/completions', { agent_id: 'ag_x', messages, [key]: 1 }),
    invalid(['body', key], 'extra_forbidden'),
  ]),
  [
    '2.5',
    'completions of agents use the agent, plain and streamed',
    async wire => {
      const { id } = await wire.agent({ model: wire.says('Aye.') });
      const body = { agent_id: id, messages };
      const plain = await wire.make('/v1/agents/completions', body);
      const all = await frames(wire, { agent_id: id }, '/v1/agents/completions');
      const said = all.flatMap(frame =>
        records(frame['choices']).map(({ delta }) => (isRecord(delta) ? delta['content'] : '')),
      );
      return [choiceOf(plain), said.join('')];
    },
    [{ message: { content: 'Aye.' } }, 'Aye.'],
  ],
  [
    '2.5',
    'messages: system, user, assistant with calls, tool, and a beginning of the answer',
    async wire => {
      const model = wire.says();
      const call = { id: 'abcdefghi', type: 'function', function: { name: 'f', arguments: { a: 1 } } };
      await chat(wire, {
        model,
        messages: [
          { role: 'system', content: [{ type: 'text', text: 'S' }] },
          { role: 'user', content: 'U' },
          { role: 'assistant', content: null, tool_calls: [call] },
          { role: 'tool', content: 'T', tool_call_id: 'abcdefghi', name: 'f' },
          { role: 'user', content: [{ type: 'text', text: 'V' }] },
          { role: 'assistant', content: 'It is', prefix: true },
        ],
      });
      return wire.api.models.asked(model)[0]?.messages.map(({ role }) => role);
    },
    // One more before the user's second: Mistral's models refuse a user right after a tool.
    ['system', 'user', 'assistant', 'tool', 'assistant', 'user', 'assistant'],
  ],
];
