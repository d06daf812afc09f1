import { expect } from 'vitest';
import { record, records, text } from '../shapes.ts';
import { mcpTool } from '../run-turn.ts';
import { pathOf } from './open-wire.ts';
import { ask, error, invalid, type WireCase } from './wire-case.ts';

// Section 1.1: how requests come. Section 1.3: the forms of ids.

const AGENT = { model: 'offline', name: 'A' };
const START = { model: 'offline', inputs: 'Hello' };
const SSE: unknown = expect.stringMatching(/^text\/event-stream/);
const JSON_TYPE: unknown = expect.stringMatching(/^application\/json/);

const KEYS: readonly WireCase[] = (
  [
    ['no key', ''],
    ['a wrong key', 'Bearer wrong'],
    ['a key without Bearer', 'key-of-the-api-tests'],
    ['another scheme', 'Basic a2V5'],
    ['two keys', 'Bearer key-of-the-api-tests key-of-the-api-tests'],
  ] as const
).map(([name, authorization]) => [
  '1.1',
  `${name} is 401, whatever is asked for`,
  async wire =>
    await Promise.all([
      ...['/v1/agents', '/v1/nothing', '/v1/agents/%00', '/v1/agents/%E0%A4%A'].map(path =>
        wire.send('GET', path, undefined, { authorization }),
      ),
      wire.send('POST', '/v1/agents', '{broken', { authorization }),
    ]),
  Array.from({ length: 5 }, () => ({ status: 401, body: { detail: 'Unauthorized' } })),
]);

const ADDRESSES: readonly WireCase[] = [
  [
    '1.1',
    '/v1 twice, a slash at the end and percent-encoded ids are taken, without a redirect',
    async wire => {
      const id = text(record((await wire.send('POST', '/v1/v1/agents/', AGENT)).body)['id']);
      const paths = [`/v1/agents/${id}/`, `/v1/v1/agents/${id}`, `/v1/agents/${id.replace('_', '%5F')}?x=1`];
      const found = await Promise.all(paths.map(path => wire.send('GET', path)));
      return found.map(({ status, body }) => [status, record(body)['id'] === id]);
    },
    [
      [200, true],
      [200, true],
      [200, true],
    ],
  ],
  [
    '1.1',
    'a parameter of the path is decoded once: a/b c is one name',
    ask('GET', '/v1/connectors/a%2Fb%20c'),
    error(404, { message: expect.stringContaining('a/b c') as unknown }),
  ],
  [
    '1.1',
    '/v1/agents/pages is no agent',
    ask('GET', '/v1/agents/pages'),
    { status: 200, body: { object: 'list' } },
  ],
  [
    '1.1',
    '/v1/agents/completions is no agent',
    ask('POST', '/v1/agents/completions', { agent_id: 'ag_x', messages: [{ role: 'user', content: 'Hi' }] }),
    error(404),
  ],
  ...(['/v1/agents/%E0%A4%A', '/v1/agents/%', '/v1/agents/a%00b', '/v1/agents?name=%00'] as const).map(
    (path): WireCase => ['1.1', `${path} cannot be read`, ask('GET', path), error(400)],
  ),
  [
    '1.1',
    'the health of the process is told to everyone',
    ask('GET', '/health', undefined, { authorization: '' }),
    { status: 200, body: { status: 'healthy' } },
  ],
  [
    '1.1',
    'and whether it is ready',
    ask('GET', '/health/ready', undefined, { authorization: '' }),
    { status: 200 },
  ],
];

const STREAM_CHOICE: readonly WireCase[] = [
  [
    '1.1',
    'stream:true is a stream, whatever is accepted',
    ask('POST', '/v1/conversations', { ...START, stream: true }, { accept: 'application/json' }),
    { status: 200, type: SSE },
  ],
  [
    '1.1',
    'stream:false is JSON, whatever is accepted',
    ask('POST', '/v1/conversations', { ...START, stream: false }, { accept: 'text/event-stream' }),
    { status: 200, type: JSON_TYPE },
  ],
  [
    '1.1',
    'without stream it is JSON',
    ask('POST', '/v1/conversations', START, { accept: 'text/event-stream' }),
    { status: 200, type: JSON_TYPE },
  ],
];

const ofMetadata = (metadata: object) => encodeURIComponent(JSON.stringify(metadata));
const QUERIES: readonly WireCase[] = [
  [
    '1.1',
    'a repeated key is a list',
    ask('GET', `/v1/agents?sources=api&sources=playground&metadata=${ofMetadata({ none: 1 })}`),
    { status: 200, body: [] },
  ],
  [
    '1.1',
    'a value of a list that is not known is 422',
    ask('GET', '/v1/agents?sources=api&sources=nowhere'),
    invalid(['query', 'sources', 1], 'literal_error'),
  ],
  [
    '1.1',
    'metadata is percent-encoded JSON',
    async wire => {
      await wire.agent({ name: 'Encoded', metadata: { 'ä&b': ['=', 1] } });
      return await wire.get(`/v1/agents?metadata=${ofMetadata({ 'ä&b': ['=', 1] })}`);
    },
    [{ name: 'Encoded' }],
  ],
  ...(
    ['active=false', 'query_filters=%7B%22active%22%3Afalse%7D', 'query_filters%5Bactive%5D=false'] as const
  ).map((query): WireCase => [
    '1.1',
    `the filter of connectors as ${decodeURIComponent(query)}`,
    async wire => {
      const { id } = await wire.connector();
      await wire.send('POST', `/v1/connectors/${text(id)}/user/deactivate`);
      const page = record(await wire.get(`/v1/connectors?page_size=1000&${query}`));
      const items = records(page['items']);
      return [items.some(item => item['id'] === id), items.every(item => item['active'] === false)];
    },
    [true, true],
  ]),
];

const EXTRA = { colour: 'red' };
const tool = { type: 'connector', connector_id: 'c', colour: 'red' };
const entry = { role: 'user', content: 'Hi', colour: 'red' };
const messages = [{ role: 'user', content: 'Hi' }];
const EXTRAS: readonly WireCase[] = [
  [
    '1.1',
    'an unknown key is refused in an agent',
    ask('POST', '/v1/agents', { ...AGENT, ...EXTRA }),
    invalid(['body', 'colour'], 'extra_forbidden'),
  ],
  [
    '1.1',
    'and in an update',
    async wire => await wire.send('PATCH', pathOf.agent(await wire.agent()), EXTRA),
    invalid(['body', 'colour'], 'extra_forbidden'),
  ],
  [
    '1.1',
    'and in an append',
    async wire => await wire.send('POST', pathOf.conversation(await wire.start()), { inputs: 'x', ...EXTRA }),
    invalid(['body', 'colour'], 'extra_forbidden'),
  ],
  [
    '1.1',
    'and in a restart',
    async wire => {
      const path = `${pathOf.conversation(await wire.start())}/restart`;
      return await wire.send('POST', path, { inputs: 'x', from_entry_id: 'msg_x', ...EXTRA });
    },
    invalid(['body', 'colour'], 'extra_forbidden'),
  ],
  [
    '1.1',
    'and in completions',
    ask('POST', '/v1/chat/completions', { model: 'offline', messages, ...EXTRA }),
    invalid(['body', 'colour'], 'extra_forbidden'),
  ],
  [
    '1.1',
    'and in a tool',
    ask('POST', '/v1/agents', { ...AGENT, tools: [tool] }),
    invalid(['body', 'tools', 0, 'colour'], 'extra_forbidden'),
  ],
  [
    '1.1',
    'and in an entry',
    ask('POST', '/v1/conversations', { model: 'offline', inputs: [entry] }),
    { status: 422, text: expect.stringContaining('extra_forbidden') },
  ],
  [
    '1.1',
    'but not in the start of a conversation',
    ask('POST', '/v1/conversations', { ...START, ...EXTRA }),
    { status: 200 },
  ],
];

const HEX = '[0-9a-f]{32}';
const IDS: readonly WireCase[] = [
  [
    '1.3',
    'of agents',
    async wire => (await wire.agent())['id'],
    expect.stringMatching(new RegExp(`^ag_${HEX}$`)),
  ],
  [
    '1.3',
    'of conversations',
    async wire => (await wire.start())['conversation_id'],
    expect.stringMatching(new RegExp(`^conv_${HEX}$`)),
  ],
  [
    '1.3',
    'of messages, in and out',
    async wire => {
      const history = record(await wire.get(`${pathOf.conversation(await wire.start())}/history`));
      return records(history['entries']).map(({ id }) => id);
    },
    Array.from({ length: 2 }, () => expect.stringMatching(new RegExp(`^msg_${HEX}$`)) as unknown),
  ],
  [
    '1.3',
    'of executions, function calls and calls',
    async wire => {
      const more = {
        tools: [mcpTool(wire.tools), { type: 'function', function: { name: 'f', parameters: {} } }],
      };
      const [ran, asked] = records((await wire.start({ model: wire.calls('act', 'f'), ...more }))['outputs']);
      return [ran?.['id'], asked?.['id'], asked?.['tool_call_id']];
    },
    [
      expect.stringMatching(new RegExp(`^tool_exec_${HEX}$`)),
      expect.stringMatching(new RegExp(`^fc_${HEX}$`)),
      expect.stringMatching(/^[A-Za-z0-9]{9}$/),
    ],
  ],
  [
    '1.3',
    'of handoffs',
    async wire => {
      const next = await wire.agent({ name: 'next' });
      const desk = await wire.agent({ model: wire.calls('handoff_to_next'), handoffs: [next['id']] });
      return records((await wire.start({ agent_id: desk['id'] }))['outputs'])[0]?.['id'];
    },
    expect.stringMatching(new RegExp(`^handoff_${HEX}$`)),
  ],
  [
    '1.3',
    'of connectors',
    async wire => (await wire.connector())['id'],
    expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  ],
];

export const TRANSPORT_CASES: readonly WireCase[] = [
  ...KEYS,
  ...ADDRESSES,
  ...STREAM_CHOICE,
  ...QUERIES,
  ...EXTRAS,
  ...IDS,
];
