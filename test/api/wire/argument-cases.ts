import { mcpTool } from '../run-turn.ts';
import { type Json } from '../shapes.ts';
import { FUNCTION, type Wire } from './open-wire.ts';
import { ask, invalid, type WireCase } from './wire-case.ts';

// Section 3.4: arguments of completions, guardrails, metadata; 8: where they differ between endpoints.

const sent = async (wire: Wire, completion_args: Json, more: Json = {}) => {
  const model = wire.says();
  await wire.start({ model, completion_args, ...more });
  return wire.api.models.asked(model)[0]?.body;
};
const schema = { type: 'object', properties: { n: { type: 'number' } } };

const ARGUMENTS: readonly WireCase[] = [
  ...(
    [
      ['temperature', 1, { temperature: 1 }],
      ['top_p', 0.5, { top_p: 0.5 }],
      ['max_tokens', 9, { max_tokens: 9 }],
      ['random_seed', 4, { seed: 4 }],
      ['stop', 'END', { stop: ['END'] }],
      ['presence_penalty', -2, { presence_penalty: -2 }],
      ['frequency_penalty', 2, { frequency_penalty: 2 }],
      ['prediction', { type: 'content', content: 'x' }, { prediction: { content: 'x' } }],
      ['response_format', { type: 'json_object' }, { response_format: { type: 'json_object' } }],
      [
        'response_format',
        { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } },
        { response_format: { type: 'json_schema', json_schema: { name: 'n', strict: true } } },
      ],
      ...(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const).map(
        effort => ['reasoning_effort', effort, { reasoning_effort: effort }] as const,
      ),
    ] as const
  ).map(([key, value, seen]): WireCase => [
    key === 'reasoning_effort' ? '8' : '3.4',
    `${key} reaches the model: ${JSON.stringify(value).slice(0, 40)}`,
    async wire => await sent(wire, { [key]: value }),
    seen,
  ]),
  ...(
    [
      'stop',
      'presence_penalty',
      'frequency_penalty',
      'temperature',
      'top_p',
      'max_tokens',
      'random_seed',
      'prediction',
      'response_format',
      'reasoning_effort',
    ] as const
  ).map((key): WireCase => [
    '3.4',
    `${key} may be null`,
    async wire => (await wire.start({ completion_args: { [key]: null } }))['object'],
    'conversation.response',
  ]),
  ...(
    [
      ['tool_choice', null],
      ['tool_choice', { type: 'function', function: { name: 'f' } }],
      ['temperature', -0.1],
      ['top_p', 1.1],
      ['max_tokens', -1],
      ['max_tokens', 1.5],
      ['random_seed', -1],
      ['presence_penalty', 2.1],
      ['frequency_penalty', -2.1],
      ['reasoning_effort', 'much'],
      ['colour', 'red'],
    ] as const
  ).map(([key, value]): WireCase => [
    '3.4',
    `${key} may not be ${JSON.stringify(value)}`,
    ask('POST', '/v1/conversations', { model: 'offline', inputs: 'Hi', completion_args: { [key]: value } }),
    invalid(['body', 'completion_args', key]),
  ]),
  [
    '8',
    'temperature goes to 1 here, and to 1.5 in chat completions',
    async wire => {
      const messages = [{ role: 'user', content: 'Hi' }];
      const body = { model: wire.says(), messages, temperature: 1.5 };
      const start = { model: wire.says(), inputs: 'Hi', completion_args: { temperature: 1.1 } };
      return [
        await wire.send('POST', '/v1/chat/completions', body),
        await wire.send('POST', '/v1/conversations', start),
      ];
    },
    [{ status: 200 }, invalid(['body', 'completion_args', 'temperature'], 'less_than_equal')],
  ],
  [
    '3.4',
    'those of the request go over those of the agent, each by itself',
    async wire => {
      const model = wire.says();
      const agent = await wire.agent({
        model,
        completion_args: { temperature: 0.1, max_tokens: 50, stop: ['X'] },
      });
      await wire.start({ agent_id: agent['id'], completion_args: { temperature: 0.9, random_seed: 5 } });
      return wire.api.models.asked(model)[0]?.body;
    },
    { temperature: 0.9, max_tokens: 50, stop: ['X'], seed: 5 },
  ],
  [
    '3.4',
    'guardrails are stored and come back; a start may set its own',
    async wire => {
      const guardrails = [
        {
          block_on_error: true,
          moderation_llm_v1: null,
          moderation_llm_v2: {
            custom_category_thresholds: { pii: 0.5 },
            ignore_other_categories: true,
            action: 'block',
          },
        },
      ];
      const agent = await wire.agent({ guardrails });
      const own = [{ moderation_llm_v2: { action: 'none' } }];
      return [
        agent['guardrails'],
        (await wire.start({ agent_id: agent['id'], inputs: 'a fight', guardrails: own }))['object'],
      ];
    },
    [
      [
        {
          moderation_llm_v2: {
            custom_category_thresholds: { pii: 0.5 },
            ignore_other_categories: true,
            action: 'block',
          },
        },
      ],
      'conversation.response',
    ],
  ],
  [
    '3.4',
    'a threshold of 1 switches its category off',
    async wire => {
      const custom_category_thresholds = { violence_and_threats: 1 };
      const guardrails = [{ moderation_llm_v1: { action: 'block', custom_category_thresholds } }];
      return (await wire.start({ inputs: 'a fight', guardrails }))['object'];
    },
    'conversation.response',
  ],
  [
    '3.4',
    'metadata comes back as it was given',
    async wire =>
      (await wire.agent({ metadata: { nested: { list: [1, 'two', null, true] }, '': {} } }))['metadata'],
    { nested: { list: [1, 'two', null, true] }, '': {} },
  ],
  [
    '3.4',
    'a function is called by a name of the vendor’s form',
    async wire => await wire.offered([mcpTool(wire.tools), FUNCTION]),
    ['ask_user', 'look', 'act', 'fails'],
  ],
];

export const ARGUMENT_CASES: readonly WireCase[] = [...ARGUMENTS];
