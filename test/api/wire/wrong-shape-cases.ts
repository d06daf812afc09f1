import { expect } from 'vitest';
import { ask, error, type WireCase } from './wire-case.ts';

// Section 1.2: wrong shapes are 422 and name the place, on every endpoint that takes a body or a query.

const AGENT = { model: 'offline', name: 'A' };
const START = { model: 'offline', inputs: 'Hello' };
const CONNECTOR = { protocol: 'mcp', name: 'c1', description: 'd', server: 'https://tools.example.com/mcp' };
const UNKNOWN = `ag_${'0'.repeat(32)}`;
const NOWHERE = '00000000-0000-4000-8000-000000000000';
const withTool = (tool: unknown) => ({ ...AGENT, tools: [tool] });
const withServer = (config: unknown) => withTool({ type: 'mcp', config });
const named = (n: number) => ({ type: 'function', function: { name: `f${n}`, parameters: {} } });

type Row = readonly [what: string, request: string, body: unknown, place: readonly (string | number)[]];

const AGENTS: readonly Row[] = [
  ['a list for a body', 'POST /v1/agents', [], ['body']],
  ['null for a body', 'POST /v1/agents', 'null', ['body']],
  ['a text for a body', 'POST /v1/agents', '"agent"', ['body']],
  [
    '129 tools',
    'POST /v1/agents',
    { ...AGENT, tools: Array.from({ length: 129 }, (_, n) => named(n)) },
    ['body', 'tools'],
  ],
  [
    'two functions of one name',
    'POST /v1/agents',
    { ...AGENT, tools: [named(1), named(1)] },
    ['body', 'tools'],
  ],
  ['NUL in a name', 'POST /v1/agents', { ...AGENT, name: 'a\0b' }, ['body', 'name']],
  ['NUL in metadata', 'POST /v1/agents', { ...AGENT, metadata: { a: 'b\0' } }, ['body', 'metadata']],
  [
    'NUL in the name of a connector',
    'POST /v1/agents',
    withTool({ type: 'connector', connector_id: 'a\0b' }),
    ['body', 'tools', 0, 'connector_id'],
  ],
  [
    'an address of nothing',
    'POST /v1/agents',
    withTool({ type: 'connector', connector_id: 'https://' }),
    ['body', 'tools', 0, 'connector_id'],
  ],
  ['an mcp tool without config', 'POST /v1/agents', withTool({ type: 'mcp' }), ['body', 'tools', 0]],
  [
    'a file for a server',
    'POST /v1/agents',
    withServer({ server_url: 'file:///etc/passwd' }),
    ['body', 'tools', 0],
  ],
  [
    'an auth type of its own',
    'POST /v1/agents',
    withServer({ server_url: 'https://a.b', auth: { type: 'magic' } }),
    ['body', 'tools', 0],
  ],
  [
    'a token with a line break',
    'POST /v1/agents',
    withServer({ server_url: 'https://a.b', auth: { type: 'bearer', token: 'a\r\nx: y' } }),
    ['body', 'tools', 0],
  ],
  [
    'a timeout of zero',
    'POST /v1/agents',
    withServer({ server_url: 'https://a.b', timeout: 0 }),
    ['body', 'tools', 0],
  ],
  ['a page below zero', 'GET /v1/agents?page=-1', undefined, ['query', 'page']],
  ['a page beyond every number', 'GET /v1/agents?page=1e400', undefined, ['query', 'page']],
  ['a foreign page token', 'GET /v1/agents/pages?page_token=abc', undefined, ['query', 'page_token']],
  [
    'metadata with NUL',
    `GET /v1/agents?metadata=${encodeURIComponent('{"a":"\\u0000"}')}`,
    undefined,
    ['query', 'metadata'],
  ],
  [
    '101 versions a page',
    `GET /v1/agents/${UNKNOWN}/versions?page_size=101`,
    undefined,
    ['query', 'page_size'],
  ],
  ['no version to switch to', `PATCH /v1/agents/${UNKNOWN}/version`, undefined, ['version']],
  [
    'an alias without a version',
    `PUT /v1/agents/${UNKNOWN}/aliases?alias=a`,
    undefined,
    ['query', 'version'],
  ],
  ['a version for no alias', `PUT /v1/agents/${UNKNOWN}/aliases?version=0`, undefined, ['query', 'alias']],
];

const CONVERSATIONS: readonly Row[] = [
  [
    'half a character in a filter',
    `GET /v1/agents?metadata=${encodeURIComponent('{"a":"\\ud800"}')}`,
    undefined,
    ['query', 'metadata'],
  ],
  ['no inputs', 'POST /v1/conversations', { model: 'offline' }, ['body', 'inputs']],
  ['an empty text', 'POST /v1/conversations', { ...START, inputs: '' }, ['body', 'inputs']],
  ['no entries', 'POST /v1/conversations', { ...START, inputs: [] }, ['body', 'inputs']],
  [
    'an unknown entry',
    'POST /v1/conversations',
    { ...START, inputs: [{ type: 'dance' }] },
    ['body', 'inputs'],
  ],
  ['model and agent', 'POST /v1/conversations', { ...START, agent_id: UNKNOWN }, ['body']],
  ['neither model nor agent', 'POST /v1/conversations', { inputs: 'Hi' }, ['body']],
  ['NUL in its name', 'POST /v1/conversations', { ...START, name: '\0' }, ['body', 'name']],
  [
    'metadata with NUL in a filter',
    `GET /v1/conversations?metadata=${encodeURIComponent('{"a":"\\u0000"}')}`,
    undefined,
    ['query', 'metadata'],
  ],
  [
    'null for completion_args of an append',
    'POST /v1/conversations/conv_x',
    { inputs: 'x', completion_args: null },
    ['body', 'completion_args'],
  ],
  [
    'another word than allow and deny',
    'POST /v1/conversations/conv_x',
    { tool_confirmations: [{ tool_call_id: 'a', confirmation: 'maybe' }] },
    ['body', 'tool_confirmations', 0, 'confirmation'],
  ],
  [
    'a restart from nowhere',
    'POST /v1/conversations/conv_x/restart',
    { inputs: 'x' },
    ['body', 'from_entry_id'],
  ],
];

const CONNECTORS: readonly Row[] = [
  ['no server', 'POST /v1/connectors', { ...CONNECTOR, server: undefined }, ['body', 'server']],
  ['a protocol of its own', 'POST /v1/connectors', { ...CONNECTOR, protocol: 'grpc' }, ['body', 'protocol']],
  ['a name with a blank', 'POST /v1/connectors', { ...CONNECTOR, name: 'a b' }, ['body', 'name']],
  ['a name of 65', 'POST /v1/connectors', { ...CONNECTOR, name: 'a'.repeat(65) }, ['body', 'name']],
  [
    'an address of 2,084',
    'POST /v1/connectors',
    { ...CONNECTOR, server: `https://a.b/${'x'.repeat(2072)}` },
    ['body', 'server'],
  ],
  [
    'a password in the address',
    'POST /v1/connectors',
    { ...CONNECTOR, server: 'https://u:p@a.example' },
    ['body', 'server'],
  ],
  [
    'a visibility of the system',
    'POST /v1/connectors',
    { ...CONNECTOR, visibility: 'shared_global' },
    ['body', 'visibility'],
  ],
  [
    'metadata and its address',
    'POST /v1/connectors',
    {
      ...CONNECTOR,
      oauth2_server_metadata: { issuer: 'https://a.b', token_endpoint: 'https://a.b/t' },
      oauth2_server_metadata_url: 'https://a.b/m',
    },
    ['body'],
  ],
  [
    'a line break in a header',
    'POST /v1/connectors',
    { ...CONNECTOR, headers: { 'X-A': 'a\r\nX-B: c' } },
    ['body', 'headers', 'X-A'],
  ],
  [
    'NUL in a header',
    'POST /v1/connectors',
    { ...CONNECTOR, headers: { 'X-A': 'a\0b' } },
    ['body', 'headers', 'X-A'],
  ],
  [
    'a header that is no Latin text',
    'POST /v1/connectors',
    { ...CONNECTOR, headers: { 'X-A': 'ключ' } },
    ['body', 'headers', 'X-A'],
  ],
  ['a cursor made up', 'GET /v1/connectors?cursor=abc', undefined, ['query', 'cursor']],
  ['1,001 a page', 'GET /v1/connectors?page_size=1001', undefined, ['query', 'page_size']],
  ['page 0 of tools', `GET /v1/connectors/${NOWHERE}/tools?page=0`, undefined, ['query', 'page']],
  [
    'a name of credentials with a blank',
    `GET /v1/connectors/${NOWHERE}/tools?credentials_name=a%20b`,
    undefined,
    ['query', 'credentials_name'],
  ],
  [
    'arguments that are a text',
    `POST /v1/connectors/${NOWHERE}/tools/t/call`,
    { arguments: 'x' },
    ['body', 'arguments'],
  ],
  [
    'credentials without a name',
    `POST /v1/connectors/${NOWHERE}/user/credentials`,
    { credentials: {} },
    ['body', 'name'],
  ],
  [
    'a name of 65 of credentials',
    `PATCH /v1/connectors/${NOWHERE}/user/credentials`,
    { name: 'a'.repeat(65) },
    ['body', 'name'],
  ],
  [
    'a title of 256',
    `POST /v1/connectors/${NOWHERE}/user/credentials`,
    { name: 'a', title: 'x'.repeat(256) },
    ['body', 'title'],
  ],
  [
    'an auth_type of its own',
    `GET /v1/connectors/${NOWHERE}/user/credentials?auth_type=x`,
    undefined,
    ['query', 'auth_type'],
  ],
];

export const WRONG_SHAPE_CASES: readonly WireCase[] = [...AGENTS, ...CONVERSATIONS, ...CONNECTORS].map(
  ([what, request, body, place]) => {
    const [method = '', path = ''] = request.split(/ (.*)/);
    const short = path.replaceAll(/[0-9-]{32,}/g, '…').slice(0, 60);
    const loc: unknown = expect.arrayContaining([...place]);
    const detail: unknown = expect.arrayContaining([expect.objectContaining({ loc })]);
    return ['1.2', `422: ${what}: ${method} ${short}`, ask(method, path, body), error(422, { detail })];
  },
);
