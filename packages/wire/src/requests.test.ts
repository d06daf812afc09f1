import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  createAgentSchema,
  getAgentQuerySchema,
  listAgentsQuerySchema,
  putAgentAliasQuerySchema,
  switchAgentVersionSchema,
  updateAgentSchema,
} from './agents.ts';
import { activateConnectorSchema } from './connector-preferences.ts';
import { listConnectorsQuerySchema, createConnectorSchema, updateConnectorSchema } from './connectors.ts';
import {
  appendConversationSchema,
  restartConversationSchema,
  startConversationSchema,
  listConversationsQuerySchema,
} from './conversations.ts';
import { credentialsInputSchema } from './credentials.ts';
import { inputEntrySchema, toInputEntries } from './entries.ts';
import { callToolSchema } from './mcp-tools.ts';
import { parseRequest } from './parse-request.ts';
import { toolSchema } from './tools.ts';

const agent = { model: 'mistral-medium-latest', name: 'Agent' };
const mcp = (auth?: object, more?: object) => ({
  type: 'mcp',
  config: { server_url: 'https://mcp.company.com', ...(auth && { auth }), ...more },
});

describe('the bodies of the guide are taken as written (6)', () => {
  test.each([
    [mcp({ type: 'bearer', token: 's3cret' }, { timeout: 30 })],
    [mcp({ type: 'bearer', token: 's3cret' })],
    [mcp({ type: 'api_key', key: 'k', header: 'X-API-Key' })],
    [
      mcp({
        type: 'oauth2',
        client_id: 'i',
        client_secret: 's',
        token_url: 'https://auth.company.com/token',
      }),
    ],
    [{ type: 'mcp', config: { server_url: 'https://mcp.company.com/v2' } }],
    [
      {
        type: 'mcp',
        config: { server_url: 'http://127.0.0.1:8000' },
        tool_configuration: { include: ['a'] },
      },
    ],
    [mcp(undefined, { tool_configuration: { requires_confirmation: ['create_ticket'] } })],
  ])('%j', tool => {
    const body = { ...agent, description: 'd', instructions: 'i', tools: [tool] };
    expect(createAgentSchema.parse(body)).toEqual(body);
  });

  test('the header of an API key is X-API-Key unless named', () => {
    expect(toolSchema.parse(mcp({ type: 'api_key', key: 'k' }))).toMatchObject({
      config: { auth: { header: 'X-API-Key' } },
    });
  });

  test('a conversation starts with an agent and a text', () => {
    const body = { agent_id: 'ag_1', inputs: 'Query the database for all users created in the last 7 days' };
    expect(startConversationSchema.parse(body)).toEqual({
      ...body,
      stream: false,
      store: true,
      handoff_execution: 'server',
    });
  });
});

describe('entries a caller sends (2.2, 3.1)', () => {
  test.each([
    [
      { role: 'user', content: 'x' },
      { type: 'message.input', object: 'entry', prefix: false },
    ],
    [
      { role: 'assistant', content: 'x', prefix: true },
      { type: 'message.input', prefix: true },
    ],
    [{ role: 'user', content: [{ text: 'x' }] }, { content: [{ type: 'text', text: 'x' }] }],
    [{ tool_call_id: 'a', result: '{}' }, { type: 'function.result' }],
    [{ type: 'function.result', tool_call_id: 'a', result: '' }, { object: 'entry' }],
    [
      { tool_call_id: 'a', name: 'f', arguments: { a: 1 } },
      { type: 'function.call', arguments: { a: 1 } },
    ],
    [
      { type: 'message.output', content: [], id: 'msg_1', created_at: '2026-08-01T12:00:00+02:00' },
      { content: [] },
    ],
    [{ name: 'database_query', arguments: '{}' }, { type: 'tool.execution' }],
    [
      { previous_agent_id: 'a', previous_agent_name: 'A', next_agent_id: 'b', next_agent_name: 'B' },
      { type: 'agent.handoff' },
    ],
  ])('%j', (entry, expected) => {
    expect(inputEntrySchema.parse(entry)).toMatchObject(expected);
  });

  test('a text is one message of the user', () => {
    expect(toInputEntries('x')).toEqual([inputEntrySchema.parse({ role: 'user', content: 'x' })]);
    const entries = [inputEntrySchema.parse({ role: 'user', content: 'x' })];
    expect(toInputEntries(entries)).toBe(entries);
  });
});

describe('unknown keys (1.1, 1.2)', () => {
  test.each<[string, z.ZodType, object]>([
    ['create agent', createAgentSchema, { ...agent, extra: 1 }],
    ['update agent', updateAgentSchema, { extra: 1 }],
    ['append', appendConversationSchema, { extra: 1 }],
    ['restart', restartConversationSchema, { from_entry_id: 'x', extra: 1 }],
    ['tool', toolSchema, { type: 'web_search', extra: 1 }],
    ['entry', inputEntrySchema, { role: 'user', content: 'x', extra: 1 }],
  ])('are forbidden in %s', (_, schema, body) => {
    expect(parseRequest(schema, body, 'body')).toEqual({
      ok: false,
      detail: [{ loc: ['body', 'extra'], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' }],
    });
  });

  test('are dropped at conversation start', () => {
    expect(startConversationSchema.parse({ model: 'm', inputs: 'x', extra: 1 })).not.toHaveProperty('extra');
  });
});

describe('what depends on more than one key', () => {
  test.each([
    [{ inputs: 'x' }, false],
    [{ inputs: 'x', model: 'm', agent_id: 'a' }, false],
    [{ inputs: 'x', model: null, agent_id: null }, false],
    [{ inputs: 'x', model: 'm', agent_id: null, tools: null, stream: null, store: null }, true],
    [{ inputs: [], agent_id: 'a', agent_version: 0 }, true],
    [{ inputs: [], agent_id: 'a', agent_version: 'prod' }, true],
    [{ agent_id: 'a' }, false],
  ])('start %j: %s (2.2)', (body, ok) => {
    expect(startConversationSchema.safeParse(body).success).toBe(ok);
  });

  test.each([
    [{}, true],
    [{ inputs: [], tool_confirmations: null }, true],
    [{ tool_confirmations: [{ tool_call_id: 'a', confirmation: 'allow' }] }, true],
    [{ tool_confirmations: [{ tool_call_id: 'a', confirmation: 'maybe' }] }, false],
    [{ model: 'm' }, false],
    [{ completion_args: null }, false],
    [{ store: null }, false],
  ])('append %j: %s (2.2)', (body, ok) => {
    expect(appendConversationSchema.safeParse(body).success).toBe(ok);
  });

  test.each([
    [{ include: ['a'], exclude: ['b'] }, false],
    [{ include: ['a'], exclude: null, requires_confirmation: ['a'] }, true],
    [{ exclude: [] }, true],
    [{ include: [1] }, false],
  ])('tool_configuration %j: %s (3.3)', (tool_configuration, ok) => {
    expect(toolSchema.safeParse({ type: 'connector', connector_id: 'c', tool_configuration }).success).toBe(
      ok,
    );
  });

  test.each([
    [{ server: 'https://x', oauth2_server_metadata_url: 'https://y' }, true],
    [{ server: 'https://x', headers: { 'X-A': 'b' }, auth_data: { client_id: 'i' } }, true],
    [
      {
        server: 'https://x',
        oauth2_server_metadata_url: 'https://y',
        oauth2_server_metadata: { issuer: 'a', token_endpoint: 'b' },
      },
      false,
    ],
    [{ server: 'file:///etc/passwd' }, false],
    [{ server: 'http:x' }, false],
    [{ server: `https://x/${'a'.repeat(2083)}` }, false],
    [{ server: 'https://x', headers: { 'X A': 'b' } }, false],
  ])('create connector %j: %s (2.3)', (fields, ok) => {
    const parsed = createConnectorSchema.safeParse({ name: 'c', description: 'd', ...fields });
    expect(parsed.success).toBe(ok);
    if (parsed.success) expect(parsed.data.protocol).toBe('mcp');
  });

  test.each([
    [{ headers: { A: 'b' }, auth_data: { client_id: 'i', client_secret: 's' } }, true],
    [{ auth_methods: [{ method_type: 'webhook', auth_direction: 'inbound' }] }, true],
    [{ auth_methods: [{ method_type: 'magic' }] }, false],
  ])('update connector %j: %s (2.3)', (body, ok) => {
    expect(updateConnectorSchema.safeParse(body).success).toBe(ok);
  });

  test.each([
    [{ oauth: { grant_type: 'client_credentials', client_id: 'i', client_secret: 's' } }, true],
    [{ oauth: { access_token: 't', expires_at: '2026-08-01T10:00:00Z' } }, true],
    [{ oauth: {} }, false],
    [{ headers: {} }, true],
  ])('credentials %j: %s (2.3)', (credentials, ok) => {
    expect(credentialsInputSchema.safeParse({ name: 'main', credentials }).success).toBe(ok);
  });

  test.each([[{}], [{ arguments: null }], [{ arguments: {} }]])(
    'call tool with %j has no arguments (2.3)',
    body => {
      expect(callToolSchema.parse(body)).toEqual({ arguments: {} });
    },
  );
});

test('a rule of confirmation nests, but not without end', () => {
  const nested = (depth: number): object =>
    depth === 0 ? ['drop_table'] : { type: 'or', expressions: [nested(depth - 1), { read_only: false }] };
  expect(activateConnectorSchema.safeParse({ requires_confirmation: nested(8) }).success).toBe(true);
  expect(activateConnectorSchema.safeParse({ requires_confirmation: nested(9) }).success).toBe(false);
  expect(activateConnectorSchema.safeParse({ requires_confirmation: nested(1000) }).success).toBe(false);
});

describe('queries', () => {
  test.each<[object, object, z.ZodType]>([
    [{}, { page: 0, page_size: 20 }, listAgentsQuerySchema],
    [
      { sources: 'api', page: ['1', '2'] },
      { page: 2, page_size: 20, sources: ['api'] },
      listAgentsQuerySchema,
    ],
    [{ metadata: '{"a":1}', name: '' }, { metadata: { a: 1 }, name: '' }, listAgentsQuerySchema],
    [{ deployment_chat: 'False' }, { deployment_chat: false }, listAgentsQuerySchema],
    [{ alias: 'a-b_1', version: '0' }, { alias: 'a-b_1', version: 0 }, putAgentAliasQuerySchema],
    [{ agent_version: '12' }, { agent_version: 12 }, getAgentQuerySchema],
    [{ agent_version: 'prod' }, { agent_version: 'prod' }, getAgentQuerySchema],
    [{ version: 0 }, { version: 0 }, switchAgentVersionSchema],
    [{}, { page_size: 100 }, listConnectorsQuerySchema],
    [{ active: 'true' }, { active: true }, listConnectorsQuerySchema],
    [{ query_filters: '{"active":false}' }, { active: false }, listConnectorsQuerySchema],
    [{ query_filters: { active: 'true' } }, { active: true }, listConnectorsQuerySchema],
    [{ 'query_filters[active]': 'true' }, { active: true }, listConnectorsQuerySchema],
    [{ query_filters: '{}' }, { page_size: 100 }, listConnectorsQuerySchema],
  ])('%j gives %j', (query, expected, schema) => {
    expect(schema.parse(query)).toMatchObject(expected);
  });

  test.each(['null', '"~?~unset~?~sentinel~?~"'])(
    'metadata=%s, as the Python SDK writes nothing, is nothing',
    text => {
      expect(listAgentsQuerySchema.parse({ metadata: text })).toEqual({ page: 0, page_size: 20 });
      expect(listConversationsQuerySchema.parse({ metadata: text })).not.toHaveProperty('metadata');
    },
  );

  test('keys not given are absent, so that a default of the store is not overwritten', () => {
    expect(Object.keys(listAgentsQuerySchema.parse(undefined)).sort()).toEqual(['page', 'page_size']);
  });

  test.each<[object, string, string, z.ZodType]>([
    [{ page: '-1' }, 'page', 'greater_than_equal', listAgentsQuerySchema],
    [{ page_size: '1001' }, 'page_size', 'less_than_equal', listAgentsQuerySchema],
    [{ page: 'x' }, 'page', 'int_parsing', listAgentsQuerySchema],
    [{ page: '' }, 'page', 'int_parsing', listAgentsQuerySchema],
    [{ page: '9'.repeat(30) }, 'page', 'int_parsing_size', listAgentsQuerySchema],
    [{ metadata: '{' }, 'metadata', 'json_invalid', listAgentsQuerySchema],
    [{ metadata: '[]' }, 'metadata', 'dict_type', listAgentsQuerySchema],
    [{ deployment_chat: 'maybe' }, 'deployment_chat', 'bool_parsing', listAgentsQuerySchema],
    [{ alias: 'A', version: '0' }, 'alias', 'string_pattern_mismatch', putAgentAliasQuerySchema],
    [{ alias: 'a' }, 'version', 'missing', putAgentAliasQuerySchema],
    [{ active: 'maybe' }, 'active', 'bool_parsing', listConnectorsQuerySchema],
    [{ query_filters: 'nonsense' }, 'active', 'bool_parsing', listConnectorsQuerySchema],
  ])('%j is wrong at %s: %s', (query, key, type, schema) => {
    expect(parseRequest(schema, query, 'query')).toMatchObject({
      ok: false,
      detail: [{ loc: ['query', key], type }],
    });
  });
});
