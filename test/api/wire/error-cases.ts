import { expect, onTestFinished } from 'vitest';
import { openApiServer, type ApiServer } from '../open-api-server.ts';
import { record, records, type Json } from '../shapes.ts';
import { FUNCTION, pathOf } from './open-wire.ts';
import { ask, error, invalid, type WireCase } from './wire-case.ts';

// Section 1.2: statuses and bodies of errors, by status.

const AGENT = { model: 'offline', name: 'A' };
const withTool = (tool: unknown) => ({ ...AGENT, tools: [tool] });
const message = (part: RegExp): Json => ({ message: expect.stringMatching(part) as unknown });

const BAD_REQUESTS: readonly WireCase[] = [
  [
    '1.2',
    '400: not as many results as calls is 3230',
    async wire => {
      const path = pathOf.conversation(
        await wire.start({ model: wire.calls('ask_user'), tools: [FUNCTION] }),
      );
      return await wire.send('POST', path, { inputs: 'Never mind' });
    },
    error(400, { type: 'invalid_request_error', code: '3230' }),
  ],
  ...(
    [
      ['web_search', { type: 'web_search' }],
      ['web_search_premium', { type: 'web_search_premium' }],
      ['code_interpreter', { type: 'code_interpreter' }],
      ['image_generation', { type: 'image_generation' }],
      ['document_library', { type: 'document_library', library_ids: ['a'] }],
    ] as const
  ).flatMap(([name, tool]): WireCase[] => [
    [
      '1.2',
      `400: the built-in tool ${name} is refused by name, in agents`,
      ask('POST', '/v1/agents', withTool(tool)),
      error(400, { type: 'tool_not_installed', ...message(new RegExp(`${name} is not installed`)) }),
    ],
    [
      '1.2',
      `400: and in completions: ${name}`,
      ask('POST', '/v1/chat/completions', {
        model: 'offline',
        messages: [{ role: 'user', content: 'Hi' }],
        tools: [tool],
      }),
      error(400, message(new RegExp(name))),
    ],
  ]),
  [
    '1.2',
    '400: a connector of protocol http is refused by name',
    ask('POST', '/v1/connectors', {
      protocol: 'http',
      name: 'h',
      description: 'd',
      server: 'https://a.example',
    }),
    error(400, { type: 'not_supported' }),
  ],
];

/** A server without any provider of models, and without a moderation model. */
async function openBare(): Promise<ApiServer> {
  const bare = await openApiServer({ vendor: 'none' });
  onTestFinished(() => bare.close());
  return bare;
}
const BARE: readonly WireCase[] = [
  [
    '1.2',
    '400: a model that no provider has is invalid_model, 1500',
    async () => {
      const bare = await openBare();
      const start = { model: 'gpt-9', inputs: 'Hi' };
      const answers = [
        await bare.send('POST', '/v1/agents', { model: 'gpt-9', name: 'A' }),
        await bare.send('POST', '/v1/conversations', start),
        await bare.send('POST', '/v1/conversations', { ...start, stream: true }),
      ];
      return answers.map(({ status, json }) => ({ status, body: json }));
    },
    Array.from({ length: 3 }, () => error(400, { type: 'invalid_model', code: '1500', param: 'model' })),
  ],
  [
    '3.4',
    'guardrails that no moderation model could enforce are refused, never ignored',
    async () => {
      const guardrails = [{ moderation_llm_v2: {} }];
      const { status, json } = await (await openBare()).send('POST', '/v1/agents', { ...AGENT, guardrails });
      return { status, body: json };
    },
    error(400, { type: 'not_supported', param: 'guardrails' }),
  ],
];

const FORBIDDEN: readonly WireCase[] = [
  [
    '1.2',
    '403: what a guardrail blocks, plain and streamed',
    async wire => {
      const guardrails = [{ moderation_llm_v2: { action: 'block' } }];
      const body = { model: wire.says(), inputs: 'a fight', guardrails };
      return [
        await wire.send('POST', '/v1/conversations', body),
        await wire.send('POST', '/v1/conversations', { ...body, stream: true }),
      ];
    },
    [error(403, { param: 'guardrails' }), error(403, { param: 'guardrails' })],
  ],
  [
    '1.2',
    '403: what is not the caller’s to decide',
    async wire => {
      const path = pathOf.connector(await wire.connector());
      return await wire.send('DELETE', `${path}/share`, undefined, await wire.keyOf('bob'));
    },
    error(403, { type: 'forbidden' }),
  ],
];

/** What is wrong, the name of it that clients compare, and a request that has it. */
const PROBLEMS: readonly WireCase[] = (
  [
    ['missing', ['body', 'model'], { name: 'A' }],
    ['extra_forbidden', ['body', 'colour'], { ...AGENT, colour: 'red' }],
    ['string_type', ['body', 'name'], { ...AGENT, name: 7 }],
    ['string_too_short', ['body', 'name'], { ...AGENT, name: '' }],
    ['string_too_long', ['body', 'version_message'], { ...AGENT, version_message: 'x'.repeat(501) }],
    ['list_type', ['body', 'tools'], { ...AGENT, tools: 'all' }],
    ['too_short', ['body', 'handoffs'], { ...AGENT, handoffs: [] }],
    ['union_tag_invalid', ['body', 'tools', 0], withTool({ type: 'magic' })],
    [
      'less_than_equal',
      ['body', 'completion_args', 'temperature'],
      { ...AGENT, completion_args: { temperature: 9 } },
    ],
    [
      'greater_than_equal',
      ['body', 'completion_args', 'top_p'],
      { ...AGENT, completion_args: { top_p: -1 } },
    ],
    [
      'literal_error',
      ['body', 'completion_args', 'tool_choice'],
      { ...AGENT, completion_args: { tool_choice: 'x' } },
    ],
    [
      'int_type',
      ['body', 'completion_args', 'max_tokens'],
      { ...AGENT, completion_args: { max_tokens: 'many' } },
    ],
    [
      'int_from_float',
      ['body', 'completion_args', 'max_tokens'],
      { ...AGENT, completion_args: { max_tokens: 1.5 } },
    ],
    ['dict_type', ['body', 'metadata'], { ...AGENT, metadata: 'x' }],
  ] as const
).map(([type, loc, body]) => ['1.2', `422: ${type}`, ask('POST', '/v1/agents', body), invalid(loc, type)]);

const QUERY_PROBLEMS: readonly WireCase[] = (
  [
    ['int_parsing', ['query', 'page'], '/v1/agents?page=x'],
    ['greater_than_equal', ['query', 'page_size'], '/v1/agents?page_size=0'],
    ['less_than_equal', ['query', 'page_size'], '/v1/agents?page_size=1001'],
    ['bool_parsing', ['query', 'deployment_chat'], '/v1/agents?deployment_chat=perhaps'],
    ['json_invalid', ['query', 'metadata'], '/v1/agents?metadata=%7B'],
  ] as const
).map(([type, loc, path]) => [
  '1.2',
  `422 in a query: ${type} of ${path}`,
  ask('GET', path),
  invalid(loc, type),
]);

const VENDOR: readonly WireCase[] = [
  [
    '1.2',
    '429 of the vendor: rate_limited, 1300, and when to come again in whole seconds',
    async wire => {
      const model = wire.api.models.answers(() => ({ status: 429, headers: { 'retry-after': '0' } }));
      return await wire.send('POST', '/v1/conversations', { model, inputs: 'Hi' });
    },
    {
      ...error(429, { type: 'rate_limited', code: '1300' }),
      headers: { 'retry-after': expect.stringMatching(/^\d+$/) as unknown },
    },
  ],
  ...([500, 401, 403] as const).map((status): WireCase => [
    '1.2',
    `502: a vendor that answers ${status}`,
    async wire => {
      const model = wire.api.models.answers(() => ({ status }));
      return await wire.send('POST', '/v1/conversations', { model, inputs: 'Hi' });
    },
    error(502, { type: 'model_failed', ...message(/scripted-\d+/) }),
  ]),
];

export const ERROR_CASES: readonly WireCase[] = [
  ...BAD_REQUESTS,
  ...BARE,
  ...FORBIDDEN,
  ...PROBLEMS,
  [
    '1.2',
    '422: the pattern of an alias',
    async wire => await wire.send('PUT', `${pathOf.agent(await wire.agent())}/aliases?alias=UP&version=0`),
    invalid(['query', 'alias'], 'string_pattern_mismatch'),
  ],
  ...QUERY_PROBLEMS,
  [
    '1.2',
    '422: the message is a text that spells out the first problems; the list is beside it',
    async wire => {
      const { body } = await wire.send('POST', '/v1/agents', { a: 1, b: 2, c: 3 });
      const { message: words, detail } = record(body);
      return [words, records(detail).length];
    },
    [expect.stringMatching(/body\.model: Field required; .*and \d+ more/), 5],
  ],
  ...VENDOR,
];
