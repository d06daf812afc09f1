import { expect } from 'vitest';
import { record, records, text, type Json } from '../shapes.ts';
import { mcpTool } from '../run-turn.ts';
import { entriesOf, FUNCTION, pathOf, type Wire } from './open-wire.ts';
import { ask, type WireCase } from './wire-case.ts';

// Twelve rules: what breaks the official clients when it is otherwise.

const TIME: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const MESSAGE: unknown = { message: expect.any(String) as unknown };

/** The answer to a DELETE of what was just made. */
const removed = (make: (wire: Wire) => Promise<string>): WireCase[2] => {
  return async wire => await wire.send('DELETE', await make(wire));
};
/** A POST or PUT to a new connector. */
const atConnector = (method: string, path: string, body?: Json): WireCase[2] => {
  return async wire => await wire.send(method, `${pathOf.connector(await wire.connector())}${path}`, body);
};

/** Which of these keys of an object are null. */
const nulls = (body: unknown) => ['tools', 'completion_args'].filter(key => record(body)[key] === null);

const STATUSES: readonly WireCase[] = [
  [
    '0.1',
    'an agent is made with 200',
    ask('POST', '/v1/agents', { model: 'offline', name: 'A' }),
    { status: 200 },
  ],
  [
    '0.1',
    'a conversation is started with 200',
    ask('POST', '/v1/conversations', { model: 'offline', inputs: 'Hi' }),
    { status: 200 },
  ],
  [
    '0.1',
    'an agent is deleted with 204 and nothing more',
    removed(async wire => pathOf.agent(await wire.agent())),
    { status: 204, text: '' },
  ],
  [
    '0.1',
    'a conversation is deleted with 204 and nothing more',
    removed(async wire => pathOf.conversation(await wire.start())),
    { status: 204, text: '' },
  ],
  [
    '0.1',
    'an alias is deleted with 204 and nothing more',
    removed(async wire => {
      const path = `${pathOf.agent(await wire.agent())}/aliases?alias=live`;
      await wire.send('PUT', `${path}&version=0`);
      return path;
    }),
    { status: 204, text: '' },
  ],
  [
    '0.1',
    'a connector is made with 201',
    async wire =>
      await wire.send('POST', '/v1/connectors', { name: 'made-201', description: 'd', server: wire.tools }),
    { status: 201 },
  ],
  [
    '0.1',
    'a connector is deleted with 200 and a message',
    removed(async wire => pathOf.connector(await wire.connector())),
    { status: 200, body: MESSAGE },
  ],
  ...(['POST', 'PATCH'] as const).map((method): WireCase => [
    '0.1',
    `credentials are stored with 200 and a message: ${method}`,
    atConnector(method, '/user/credentials', { name: 'a', credentials: { bearer_token: 't' } }),
    { status: 200, body: MESSAGE },
  ]),
  ...['user', 'workspace', 'organization'].flatMap(level =>
    ['activate', 'deactivate'].map((word): WireCase => [
      '0.1',
      `${level}/${word} answers with 200 and a message`,
      atConnector('POST', `/${level}/${word}`),
      { status: 200, body: MESSAGE },
    ]),
  ),
  [
    '0.1',
    'share answers with 200 and a message, both ways',
    async wire => {
      const path = pathOf.connector(await wire.connector());
      return [
        await wire.send('DELETE', `${path}/share`),
        await wire.send('PUT', `${path}/share`),
        await wire.send('PUT', `${path}/organization/share`),
        await wire.send('DELETE', `${path}/organization/share`),
      ];
    },
    Array.from({ length: 4 }, () => ({ status: 200, body: MESSAGE })),
  ],
];

export const RULE_CASES: readonly WireCase[] = [
  ...STATUSES,
  [
    '0.2',
    'JSON is application/json',
    ask('GET', '/v1/agents'),
    { type: expect.stringMatching(/^application\/json/) },
  ],
  [
    '0.2',
    'a stream is text/event-stream, not kept by anyone, not held back by proxies',
    ask('POST', '/v1/conversations', { model: 'offline', inputs: 'Hi', stream: true }),
    {
      status: 200,
      type: expect.stringMatching(/^text\/event-stream/),
      headers: { 'cache-control': expect.stringContaining('no-cache'), 'x-accel-buffering': 'no' },
    },
  ],
  ...(['{"where":"here"}', ''] as const).map((args): WireCase => [
    '0.3',
    `arguments that the model wrote as ${args || 'nothing'} are a text`,
    async wire => {
      const model = wire.calls({ name: 'look', arguments: args });
      const turn = await wire.start({ model, tools: [mcpTool(wire.tools)] });
      const again = { model: wire.calls({ name: 'look', arguments: args }), tools: [mcpTool(wire.tools)] };
      const [streamed] = entriesOf(await wire.stream(again));
      return [records(turn['outputs'])[0]?.['arguments'], streamed?.arguments];
    },
    [args || '{}', args || '{}'],
  ]),
  [
    '0.3',
    'a server that is away is an execution whose arguments are a text too',
    async wire => (await wire.start({ tools: [mcpTool('http://127.0.0.1:9')] }))['outputs'],
    [{ type: 'tool.execution', name: 'list_tools', arguments: '{}' }, { type: 'message.output' }],
  ],
  [
    '0.4',
    'what a function gave is in the history, never among the outputs',
    async wire => {
      const turn = await wire.start({ model: wire.calls('ask_user'), tools: [FUNCTION] });
      const path = pathOf.conversation(turn);
      const tool_call_id = records(turn['outputs'])[0]?.['tool_call_id'];
      const inputs = [{ type: 'function.result', tool_call_id, result: '12:30' }];
      const answer = record((await wire.send('POST', path, { inputs })).body);
      const entries = records(record(await wire.get(`${path}/history`))['entries']);
      return [records(answer['outputs']).map(({ type }) => type), entries.map(({ type }) => type)];
    },
    [['message.output'], ['message.input', 'function.call', 'function.result', 'message.output']],
  ],
  [
    '0.5',
    'a conversation never says [DONE]',
    async wire => {
      const body = { model: wire.says(), inputs: 'Hi', stream: true };
      return (await wire.send('POST', '/v1/conversations', body)).text;
    },
    expect.not.stringContaining('[DONE]'),
  ],
  ...(['chat', 'agents'] as const).map((endpoint): WireCase => [
    '0.5',
    `a stream of ${endpoint} completions ends with [DONE]`,
    async wire => {
      const who = endpoint === 'chat' ? { model: wire.says() } : { agent_id: (await wire.agent())['id'] };
      const body = { ...who, messages: [{ role: 'user', content: 'Hi' }], stream: true };
      return (await wire.send('POST', `/v1/${endpoint}/completions`, body)).text;
    },
    expect.stringMatching(/\n\ndata: \[DONE\]\n\n$/),
  ]),
  [
    '0.6',
    'every frame is one line of event, one of data, and a blank one, also the last',
    async wire => {
      const body = { model: wire.says('One two three'), inputs: 'Hi', stream: true };
      const { text: bytes } = await wire.send('POST', '/v1/conversations', body);
      return bytes.replaceAll(/event: [a-z._]+\ndata: \{[^\n]*\}\n\n/g, '');
    },
    '',
  ],
  [
    '0.7',
    'times of agents, conversations and entries',
    async wire => {
      const turn = await wire.start();
      const { entries } = record(await wire.get(`${pathOf.conversation(turn)}/history`));
      const conversation = record(await wire.get(pathOf.conversation(turn)));
      return [await wire.agent(), conversation, ...records(turn['outputs']), ...records(entries)].map(
        ({ created_at }) => created_at,
      );
    },
    [TIME, TIME, TIME, TIME, TIME],
  ],
  [
    '0.7',
    'times of connectors and events',
    async wire => {
      const { created_at, modified_at } = await wire.connector();
      const times = (await wire.stream()).map(({ data }) => data['created_at']);
      return [created_at, modified_at, ...times.slice(0, 3)];
    },
    [TIME, TIME, TIME, TIME, TIME],
  ],
  [
    '0.8',
    'an agent without them has no null in tools and completion_args',
    async wire => nulls(await wire.get(pathOf.agent(await wire.agent()))),
    [],
  ],
  [
    '0.8',
    'a conversation without them has no null in tools and completion_args',
    async wire => nulls(await wire.get(pathOf.conversation(await wire.start()))),
    [],
  ],
  [
    '0.8',
    'completion_args come back without a null tool_choice',
    async wire => (await wire.agent({ completion_args: { temperature: 0.5 } }))['completion_args'],
    expect.not.objectContaining({ tool_choice: null }),
  ],
  [
    '0.8',
    'usage and info are objects',
    async wire => {
      const turn = await wire.start({ model: wire.calls('act'), tools: [mcpTool(wire.tools)] });
      return [turn['usage'], records(turn['outputs'])[0]?.['info']];
    },
    [{ total_tokens: expect.any(Number) }, { status: 'done' }],
  ],
  [
    '0.9',
    'versions, deployment_chat, source and version',
    async wire => await wire.agent(),
    { versions: [0], deployment_chat: false, source: 'api', version: 0 },
  ],
  [
    '0.10',
    'detail is a list of places, sentences and names',
    ask('POST', '/v1/agents', { name: 'A' }),
    {
      status: 422,
      body: { detail: [{ loc: ['body', 'model'], msg: 'Field required', type: 'missing' }] },
    },
  ],
  [
    '0.11',
    'pages are full up to the last, which has no token; a last page that is full has none either',
    async wire => {
      const metadata = { lot: 'full pages' };
      for (let n = 0; n < 4; n += 1) await wire.agent({ metadata });
      const filter = `metadata=${encodeURIComponent(JSON.stringify(metadata))}&page_size=2`;
      const first = record(await wire.get(`/v1/agents/pages?${filter}`));
      const token = encodeURIComponent(text(first['next_page_token']));
      const second = record(await wire.get(`/v1/agents/pages?${filter}&page_token=${token}`));
      const short = record(await wire.get(`/v1/agents/pages?${filter.replace('=2', '=3')}`));
      return [records(first['data']).length, records(second['data']).length, second, short];
    },
    [2, 2, { object: 'list', next_page_token: null }, { next_page_token: expect.any(String) }],
  ],
  [
    '0.12',
    'a tool of type mcp is taken, and comes back as a connector',
    async wire => (await wire.agent({ tools: [mcpTool(wire.tools)] }))['tools'],
    [{ type: 'connector', connector_id: expect.stringMatching(/^[0-9a-f-]{36}$/) }],
  ],
];
