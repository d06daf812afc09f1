import { HTTPValidationError } from '@mistralai/mistralai/models/errors';
import { describe, expect, test } from 'vitest';
import { createAgentSchema } from './agents.ts';
import { chatCompletionRequestSchema } from './completions.ts';
import { appendConversationSchema, startConversationSchema } from './conversations.ts';
import { credentialsInputSchema } from './credentials.ts';
import { createConnectorSchema } from './connectors.ts';
import { errorBodySchema, toErrorBody, toUnauthorizedBody, toValidationErrorBody } from './errors.ts';
import { parseRequest } from './parse-request.ts';
import { cannedClient } from './testing/canned-client.ts';
import type { ValidationDetail } from './validation-detail.ts';

function detailOf(...args: Parameters<typeof parseRequest>): ValidationDetail[] {
  const parsed = parseRequest(...args);
  return parsed.ok ? [] : parsed.detail;
}
const agentDetail = (fields: object) =>
  detailOf(createAgentSchema, { model: 'm', name: 'n', ...fields }, 'body');

describe('problems carry the names of pydantic (1.2)', () => {
  test.each<[object, (string | number)[], string]>([
    [{ model: undefined }, ['model'], 'missing'],
    [{ model: 5 }, ['model'], 'string_type'],
    [{ model: null }, ['model'], 'string_type'],
    [{ name: '' }, ['name'], 'string_too_short'],
    [{ version_message: 'x'.repeat(501) }, ['version_message'], 'string_too_long'],
    [{ handoffs: [] }, ['handoffs'], 'too_short'],
    [{ tools: null }, ['tools'], 'list_type'],
    [{ tools: Array.from({ length: 129 }, () => ({ type: 'web_search' })) }, ['tools'], 'too_long'],
    [{ tools: ['x'] }, ['tools', 0], 'model_attributes_type'],
    [{ tools: [{}] }, ['tools', 0], 'union_tag_not_found'],
    [{ tools: [{ type: 'magic' }] }, ['tools', 0], 'union_tag_invalid'],
    [{ tools: [{ type: 5 }] }, ['tools', 0], 'union_tag_not_found'],
    [{ tools: [{ type: 'connector' }] }, ['tools', 0, 'connector_id'], 'missing'],
    [{ tools: [{ type: 'document_library', library_ids: [] }] }, ['tools', 0, 'library_ids'], 'too_short'],
    [
      { tools: [{ type: 'web_search', tool_configuration: { include: [], exclude: [] } }] },
      ['tools', 0, 'tool_configuration'],
      'value_error',
    ],
    [{ tools: [{ type: 'mcp', config: {} }] }, ['tools', 0, 'config', 'server_url'], 'missing'],
    [
      { tools: [{ type: 'mcp', config: { server_url: 'ftp://x' } }] },
      ['tools', 0, 'config', 'server_url'],
      'url_parsing',
    ],
    [
      { tools: [{ type: 'mcp', config: { server_url: 'https://x', timeout: 0 } }] },
      ['tools', 0, 'config', 'timeout'],
      'greater_than',
    ],
    [{ completion_args: { temperature: 1.5 } }, ['completion_args', 'temperature'], 'less_than_equal'],
    [{ completion_args: { top_p: -1 } }, ['completion_args', 'top_p'], 'greater_than_equal'],
    [{ completion_args: { max_tokens: 1.5 } }, ['completion_args', 'max_tokens'], 'int_from_float'],
    [{ completion_args: { max_tokens: '5' } }, ['completion_args', 'max_tokens'], 'int_type'],
    [{ completion_args: { tool_choice: 'f' } }, ['completion_args', 'tool_choice'], 'literal_error'],
    [{ completion_args: { tool_choice: null } }, ['completion_args', 'tool_choice'], 'literal_error'],
    [{ completion_args: { stop: 5 } }, ['completion_args', 'stop'], 'string_type'],
    [{ completion_args: { stop: ['a', 5] } }, ['completion_args', 'stop', 1], 'string_type'],
    [
      { completion_args: { response_format: { type: 'json_schema' } } },
      ['completion_args', 'response_format', 'json_schema'],
      'missing',
    ],
    [{ guardrails: [{ block_on_error: 'x' }] }, ['guardrails', 0, 'block_on_error'], 'bool_type'],
    [{ metadata: [] }, ['metadata'], 'dict_type'],
    [{ extra: 1 }, ['extra'], 'extra_forbidden'],
  ])('%# %j', (fields, loc, type) => {
    expect(agentDetail(fields).map(({ loc, type }) => ({ loc, type }))).toEqual([
      { loc: ['body', ...loc], type },
    ]);
  });

  test('a broken body, and several problems at once', () => {
    expect(detailOf(createAgentSchema, undefined, 'body')).toMatchObject([
      { loc: ['body'], type: 'missing' },
    ]);
    expect(detailOf(createAgentSchema, [], 'body')).toMatchObject([
      { loc: ['body'], type: 'model_attributes_type' },
    ]);
    expect(detailOf(createAgentSchema, {}, 'body').map(({ loc }) => loc.at(-1))).toEqual(['model', 'name']);
  });

  test('a union reports the branch that was meant, not every branch', () => {
    const start = (inputs: unknown) => detailOf(startConversationSchema, { model: 'm', inputs }, 'body');
    expect(start(5)).toEqual([
      {
        loc: ['body', 'inputs'],
        msg: 'Input should be a valid string or a valid list',
        type: 'string_type',
        input: 5,
      },
    ]);
    expect(start([{ role: 'user', content: [{ type: 'text' }] }])).toEqual([
      { loc: ['body', 'inputs', 0, 'content', 0, 'text'], msg: 'Field required', type: 'missing' },
    ]);
    expect(start([{ role: 'user' }])).toMatchObject([
      { loc: ['body', 'inputs', 0, 'content'], type: 'missing' },
    ]);
    expect(start([{ type: 'magic' }])).toMatchObject([
      {
        loc: ['body', 'inputs', 0],
        type: 'union_tag_invalid',
        ctx: { discriminator: "'type'", tag: 'magic' },
      },
    ]);
    expect(
      detailOf(chatCompletionRequestSchema, { model: 'm', messages: [], tool_choice: {} }, 'body'),
    ).toMatchObject([{ loc: ['body', 'tool_choice', 'function'], type: 'missing' }]);
    expect(start(undefined)).toMatchObject([{ loc: ['body', 'inputs'], type: 'missing' }]);
  });

  test('a wrong confirmation is found by its position (7.2)', () => {
    const body = { tool_confirmations: [{ tool_call_id: 'a', confirmation: 'maybe' }] };
    expect(detailOf(appendConversationSchema, body, 'body')).toEqual([
      {
        loc: ['body', 'tool_confirmations', 0, 'confirmation'],
        msg: "Input should be 'allow' or 'deny'",
        type: 'literal_error',
        input: 'maybe',
        ctx: { expected: "'allow' or 'deny'" },
      },
    ]);
  });

  test('a flood of problems is cut', () => {
    const tools = Array.from({ length: 128 }, () => ({ type: 'function', function: {} }));
    expect(agentDetail({ tools })).toHaveLength(100);
  });
});

describe('a secret never comes back in an error (1.2)', () => {
  const secret = 's3cr3t-v4lue';
  const mcp = (config: object) => ({ model: 'm', name: 'n', tools: [{ type: 'mcp', config }] });
  const url = 'https://x';
  test.each([
    [createAgentSchema, mcp({ server_url: url, auth: secret })],
    [createAgentSchema, mcp({ server_url: url, auth: { type: secret } })],
    [createAgentSchema, mcp({ server_url: url, auth: { type: 'bearer', tokn: secret } })],
    [createAgentSchema, mcp({ server_url: url, auth: { type: 'bearer', token: `${secret}\r\nX: y` } })],
    [createAgentSchema, mcp({ server_url: url, auth: { type: 'api_key', key: [secret] } })],
    [createAgentSchema, mcp({ server_url: url, auth: { type: 'api_key', key: 'k', header: `${secret} x` } })],
    [createAgentSchema, mcp({ server_url: `ftp://u:${secret}@x` })],
    [createAgentSchema, mcp({ server_url: url, api_key: secret })],
    [
      createAgentSchema,
      { model: 'm', name: 'n', tools: [{ type: 'connector', connector_id: 'c', authorization: secret }] },
    ],
    [
      createAgentSchema,
      {
        model: 'm',
        name: 'n',
        tools: [
          { type: 'connector', connector_id: 'c', authorization: { type: 'api-key', value: `${secret}\n` } },
        ],
      },
    ],
    [createConnectorSchema, { name: 'c', description: 'd', server: url, headers: secret }],
    [createConnectorSchema, { name: 'c', description: 'd', server: `ftp://u:${secret}@x` }],
    [
      createConnectorSchema,
      { name: 'c', description: 'd', server: url, auth_data: { client_secret: secret } },
    ],
    [createConnectorSchema, { name: 'c', description: 'd', server: url, global_headers: { A: secret } }],
    [credentialsInputSchema, { name: 'n', credentials: secret }],
    [credentialsInputSchema, { name: 'n', credentials: { bearer_token: [secret], oauth: secret } }],
    [
      credentialsInputSchema,
      { name: 'n', credentials: { oauth: { client_id: 'i', client_secret: secret } } },
    ],
  ])('%#', (schema, body) => {
    const detail = detailOf(schema, body, 'body');
    expect(detail).not.toEqual([]);
    expect(JSON.stringify(toValidationErrorBody(detail))).not.toContain(secret);
  });
});

describe('error bodies suit the official SDK (1.2)', () => {
  test('422', async () => {
    const body = toValidationErrorBody(agentDetail({ model: 5, tools: [{}] }));
    expect(errorBodySchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      object: 'error',
      type: 'invalid_request_error',
      raw_status_code: 422,
      code: null,
    });
    expect(body.message).toBe(
      "body.model: Input should be a valid string; body.tools.0: Unable to extract tag using discriminator 'type'",
    );
    const { client } = cannedClient(422, body);
    const error: unknown = await client.beta.agents.get({ agentId: 'a' }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(HTTPValidationError);
    expect(error).toMatchObject({ detail: [{ loc: ['body', 'model'] }, { loc: ['body', 'tools', 0] }] });
  });

  test.each([
    [
      400,
      toErrorBody({
        status: 400,
        type: 'invalid_model',
        code: '1500',
        param: 'model',
        message: 'No such model.',
      }),
    ],
    [401, toUnauthorizedBody()],
    [404, toErrorBody({ status: 404, type: 'not_found', message: 'No such agent.' })],
  ])('%s', async (status, body) => {
    const { client } = cannedClient(status, body);
    const error: unknown = await client.beta.agents.get({ agentId: 'a' }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: 'SDKError', statusCode: status, body: JSON.stringify(body) });
  });
});
