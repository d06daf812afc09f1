import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { record, records } from './shapes.ts';

let api: ApiServer;

beforeAll(async () => {
  api = await openApiServer();
});

afterAll(async () => {
  await api?.close();
});

const AGENT = { model: 'offline', name: 'A' };
const START = { model: 'offline', inputs: 'Hello' };
const CONNECTOR = { protocol: 'mcp', name: 'c1', description: 'd', server: 'https://tools.example.com/mcp' };
const UNKNOWN = `ag_${'0'.repeat(32)}`;
const NOWHERE = '00000000-0000-4000-8000-000000000000';
const withTool = (tool: unknown) => ({ ...AGENT, tools: [tool] });
const withServer = (config: unknown) => withTool({ type: 'mcp', config });

describe('wrong shapes are 422 and name the place', () => {
  const cases: readonly [string, string, string, unknown, (string | number)[]][] = [
    ['no model', 'POST', '/v1/agents', { name: 'A' }, ['body', 'model']],
    ['a number for a name', 'POST', '/v1/agents', { ...AGENT, name: 7 }, ['body', 'name']],
    ['an unknown key', 'POST', '/v1/agents', { ...AGENT, colour: 'red' }, ['body', 'colour']],
    ['tools that are no list', 'POST', '/v1/agents', { ...AGENT, tools: 'all' }, ['body', 'tools']],
    ['an unknown tool type', 'POST', '/v1/agents', withTool({ type: 'magic' }), ['body', 'tools', 0]],
    ['an mcp tool without config', 'POST', '/v1/agents', withTool({ type: 'mcp' }), ['body', 'tools', 0]],
    [
      'a file for a server',
      'POST',
      '/v1/agents',
      withServer({ server_url: 'file:///etc/passwd' }),
      ['body', 'tools', 0],
    ],
    [
      'an auth type of its own',
      'POST',
      '/v1/agents',
      withServer({ server_url: 'https://a.b', auth: { type: 'magic' } }),
      ['body', 'tools', 0],
    ],
    [
      'a token with a line break',
      'POST',
      '/v1/agents',
      withServer({ server_url: 'https://a.b', auth: { type: 'bearer', token: 'a\r\nx: y' } }),
      ['body', 'tools', 0],
    ],
    [
      'an address of nothing',
      'POST',
      '/v1/agents',
      withTool({ type: 'connector', connector_id: 'https://' }),
      ['body', 'tools', 0, 'connector_id'],
    ],
    [
      'a timeout of zero',
      'POST',
      '/v1/agents',
      withServer({ server_url: 'https://a.b', timeout: 0 }),
      ['body', 'tools', 0],
    ],
    [
      'include and exclude',
      'POST',
      '/v1/agents',
      withTool({
        type: 'connector',
        connector_id: 'c',
        tool_configuration: { include: ['a'], exclude: ['b'] },
      }),
      ['body', 'tools', 0],
    ],
    [
      'two functions of one name',
      'POST',
      '/v1/agents',
      { ...AGENT, tools: [1, 2].map(() => ({ type: 'function', function: { name: 'f', parameters: {} } })) },
      ['body', 'tools'],
    ],
    [
      'a temperature of 9',
      'POST',
      '/v1/agents',
      { ...AGENT, completion_args: { temperature: 9 } },
      ['body', 'completion_args', 'temperature'],
    ],
    [
      '129 tools',
      'POST',
      '/v1/agents',
      {
        ...AGENT,
        tools: Array.from({ length: 129 }, (_, n) => ({
          type: 'function',
          function: { name: `f${n}`, parameters: {} },
        })),
      },
      ['body', 'tools'],
    ],
    ['NUL in a name', 'POST', '/v1/agents', { ...AGENT, name: 'a\0b' }, ['body', 'name']],
    [
      'NUL in the name of a connector',
      'POST',
      '/v1/agents',
      withTool({ type: 'connector', connector_id: 'a\0b' }),
      ['body', 'tools', 0, 'connector_id'],
    ],
    ['NUL in metadata', 'POST', '/v1/agents', { ...AGENT, metadata: { a: 'b\0' } }, ['body', 'metadata']],
    ['a list for a body', 'POST', '/v1/agents', [], ['body']],
    ['null for a body', 'POST', '/v1/agents', 'null', ['body']],
    ['a text for a body', 'POST', '/v1/agents', '"agent"', ['body']],
    ['a page below zero', 'GET', '/v1/agents?page=-1', undefined, ['query', 'page']],
    ['a page size of 0', 'GET', '/v1/agents?page_size=0', undefined, ['query', 'page_size']],
    ['a page beyond every number', 'GET', '/v1/agents?page=1e400', undefined, ['query', 'page']],
    ['a foreign page token', 'GET', '/v1/agents/pages?page_token=abc', undefined, ['query', 'page_token']],
    ['metadata that is no JSON', 'GET', '/v1/agents?metadata=%7B', undefined, ['query', 'metadata']],
    ['no inputs', 'POST', '/v1/conversations', { model: 'offline' }, ['body', 'inputs']],
    ['an empty text', 'POST', '/v1/conversations', { ...START, inputs: '' }, ['body', 'inputs']],
    ['no entries', 'POST', '/v1/conversations', { ...START, inputs: [] }, ['body', 'inputs']],
    [
      'an unknown entry',
      'POST',
      '/v1/conversations',
      { ...START, inputs: [{ type: 'dance' }] },
      ['body', 'inputs'],
    ],
    ['model and agent', 'POST', '/v1/conversations', { ...START, agent_id: UNKNOWN }, ['body']],
    ['neither model nor agent', 'POST', '/v1/conversations', { inputs: 'Hi' }, ['body']],
    ['NUL in a conversation name', 'POST', '/v1/conversations', { ...START, name: '\0' }, ['body', 'name']],
    [
      'a connector without server',
      'POST',
      '/v1/connectors',
      { ...CONNECTOR, server: undefined },
      ['body', 'server'],
    ],
    [
      'a connector name with a blank',
      'POST',
      '/v1/connectors',
      { ...CONNECTOR, name: 'a b' },
      ['body', 'name'],
    ],
    [
      'a connector name of 65',
      'POST',
      '/v1/connectors',
      { ...CONNECTOR, name: 'a'.repeat(65) },
      ['body', 'name'],
    ],
    ['a cursor made up', 'GET', '/v1/connectors?cursor=abc', undefined, ['query', 'cursor']],
    ['page 0 of tools', 'GET', `/v1/connectors/${NOWHERE}/tools?page=0`, undefined, ['query', 'page']],
    [
      'arguments that are a text',
      'POST',
      `/v1/connectors/${NOWHERE}/tools/t/call`,
      { arguments: 'x' },
      ['body', 'arguments'],
    ],
  ];
  it.each(cases)('%s', async (_name, method, path, body, loc) => {
    const answer = await api.send(method, path, body);
    expectError(answer, 422);
    const places = records(record(answer.json)['detail']).map(problem => problem['loc']);
    expect(places.some(place => JSON.stringify(place).startsWith(JSON.stringify(loc).slice(0, -1)))).toBe(
      true,
    );
  });
});

describe('what is not there is 404', () => {
  const long = 'x'.repeat(5000);
  const odd = encodeURIComponent('ä/../"\'; drop table agents; --');
  const cases: readonly [string, string, unknown?][] = [
    ['GET', `/v1/agents/${UNKNOWN}`],
    ['PATCH', `/v1/agents/${UNKNOWN}`, { name: 'B' }],
    ['DELETE', `/v1/agents/${UNKNOWN}`],
    ['GET', `/v1/agents/${UNKNOWN}/versions`],
    ['GET', `/v1/agents/${UNKNOWN}/aliases`],
    ['PUT', `/v1/agents/${UNKNOWN}/aliases?alias=a&version=0`],
    ['DELETE', `/v1/agents/${UNKNOWN}/aliases?alias=a`],
    ['PATCH', `/v1/agents/${UNKNOWN}/version?version=0`],
    ['GET', `/v1/agents/${UNKNOWN}/versions/0`],
    ['GET', `/v1/agents/${long}`],
    ['GET', `/v1/agents/${odd}`],
    ['GET', '/v1/agents/a%2Fb%20c'],
    ['GET', '/v1/conversations/conv_x'],
    ['DELETE', '/v1/conversations/conv_x'],
    ['GET', '/v1/conversations/conv_x/history'],
    ['GET', '/v1/conversations/conv_x/messages'],
    ['POST', '/v1/conversations/conv_x', { inputs: 'Hi' }],
    ['POST', `/v1/conversations/${long}`, { inputs: 'Hi' }],
    ['POST', '/v1/conversations', { agent_id: UNKNOWN, inputs: 'Hi' }],
    ['POST', '/v1/conversations', { agent_id: long, inputs: 'Hi' }],
    ['POST', '/v1/conversations', { agent_id: 'a\0b', inputs: 'Hi' }],
    ['POST', '/v1/agents', withTool({ type: 'connector', connector_id: 'nobody' })],
    ['GET', `/v1/connectors/${NOWHERE}`],
    ['GET', '/v1/connectors/nobody'],
    ['GET', `/v1/connectors/${long}`],
    ['DELETE', '/v1/connectors/nobody'],
    ['DELETE', `/v1/connectors/${NOWHERE}`],
    ['PATCH', `/v1/connectors/${NOWHERE}`, { protocol: 'mcp', title: 'T' }],
    ['GET', '/v1/connectors/nobody/tools'],
    ['POST', '/v1/connectors/nobody/tools/t/call', {}],
    ['GET', '/v1/models/nobody'],
    ['GET', '/v1/nothing'],
    ['GET', '/'],
  ];
  it.each(cases)('%s %s', async (method, path, body) => {
    expectError(await api.send(method, path, body), 404);
  });
});
