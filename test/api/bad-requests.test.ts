import { Mistral } from '@mistralai/mistralai';
import { HTTPValidationError, SDKError } from '@mistralai/mistralai/models/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiAnswer, type ApiServer } from './open-api-server.ts';
import { record, records, text } from './shapes.ts';

let api: ApiServer;
let tools: ToolServer;

beforeAll(async () => {
  [api, tools] = await Promise.all([
    openApiServer(),
    openSdkV2Server({ tools: [{ name: 'noop', inputSchema: {}, handler: () => 'done' }] }),
  ]);
});

afterAll(async () => {
  await Promise.all([api?.close(), tools?.close()]);
});

const AGENT = { model: 'offline', name: 'A' };
const START = { model: 'offline', inputs: 'Hello' };
const UNKNOWN = `ag_${'0'.repeat(32)}`;
const withTool = (tool: unknown) => ({ ...AGENT, tools: [tool] });

describe('who asks', () => {
  it.each([
    ['no key', ''],
    ['a wrong key', 'Bearer wrong'],
    ['a key without Bearer', 'key-of-the-api-tests'],
    ['another scheme', 'Basic a2V5'],
    ['two keys', 'Bearer key-of-the-api-tests key-of-the-api-tests'],
  ])('%s is 401', async (_name, authorization) => {
    for (const path of ['/v1/agents', '/v1/nothing', '/v1/agents/%00', '/v1/agents/%E0%A4%A']) {
      expectError(await api.send('GET', path, undefined, { authorization }), 401);
    }
    expectError(await api.send('POST', '/v1/agents', '{broken', { authorization }), 401);
  });

  it('asks nobody for the health of the process', async () => {
    const answer = await fetch(`${api.url}/health`);
    expect(await answer.json()).toMatchObject({ status: 'healthy' });
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
  });
});

describe('bodies that are none', () => {
  it.each([
    ['broken JSON', '{"model":', 'application/json', 400],
    ['an empty body', '', 'application/json', 422],
    ['a blank body', '   ', 'application/json', 400],
    ['half of a character', '{"model":"\\ud83d', 'application/json', 400],
    ['a prototype', '{"__proto__":{"x":1},"model":"offline","name":"A"}', 'application/json', 400],
    ['a form', 'model=offline', 'application/x-www-form-urlencoded', 415],
    ['plain text', '{"model":"offline","name":"A"}', 'text/plain', 415],
    ['no type that can be read', '{}', 'what', 415],
  ])('%s', async (_name, body, type, status) => {
    for (const path of ['/v1/agents', '/v1/conversations', '/v1/connectors']) {
      expectError(await api.send('POST', path, body, { 'content-type': type }), status);
    }
  });

  it('no body and no type is a wrong shape', async () => {
    expectError(await api.send('POST', '/v1/agents'), 422);
  });

  it('a body too large is 413', async () => {
    const body = JSON.stringify({ ...START, inputs: 'x'.repeat(33 * 1024 * 1024) });
    const answer = await api.send('POST', '/v1/conversations', body).catch((error: unknown) => error);
    // The server closes while the body is still coming; what the client then sees first is its own affair.
    if (answer instanceof Error) expect(answer.message).toContain('fetch failed');
    else expectError(answer as ApiAnswer, 413);
    expect((await api.send('GET', '/v1/models')).status).toBe(200);
  });

  it('takes a charset and another case', async () => {
    const type = { 'content-type': 'Application/JSON; Charset=UTF-8' };
    expect((await api.send('POST', '/v1/agents', AGENT, type)).status).toBe(200);
  });

  it.each([
    [150, 200],
    [1_000, 400],
    [200_000, 400],
  ])('%i lists in one another', async (depth, status) => {
    const lists = '['.repeat(depth) + ']'.repeat(depth);
    const body = `{"model":"offline","name":"deep","metadata":{"a":${lists}}}`;
    const answer = await api.send('POST', '/v1/agents', body);
    if (status === 200) expect(answer.status).toBe(200);
    else expectError(answer, status);
  });

  it('keeps every character of a text', async () => {
    const name = 'Ünï¢ødé 🜁 \u2028 "quoted" \\ \t end';
    const created = await api.send('POST', '/v1/agents', { ...AGENT, name, instructions: name });
    expect(created.json).toMatchObject({ name, instructions: name });
    const got = await api.send('GET', `/v1/agents/${text(record(created.json)['id'])}`);
    expect(got.json).toMatchObject({ name, instructions: name });
    const odd = 'NUL \0 and half a character \ud800';
    const started = await api.send('POST', '/v1/conversations', { ...START, inputs: odd, instructions: odd });
    const id = text(record(started.json)['conversation_id']);
    expect((await api.send('GET', `/v1/conversations/${id}`)).json).toMatchObject({ instructions: odd });
    const history = await api.send('GET', `/v1/conversations/${id}/history`);
    expect(records(record(history.json)['entries'])[0]?.['content']).toBe(odd);
  });
});

describe('what is not supported is refused by name', () => {
  const cases: readonly [string, unknown, RegExp][] = [
    ['web_search', withTool({ type: 'web_search' }), /web_search is not installed/],
    ['web_search_premium', withTool({ type: 'web_search_premium' }), /web_search_premium is not/],
    ['code_interpreter', withTool({ type: 'code_interpreter' }), /code_interpreter is not/],
    ['image_generation', withTool({ type: 'image_generation' }), /image_generation is not/],
    [
      'document_library',
      withTool({ type: 'document_library', library_ids: ['a'] }),
      /document_library is not/,
    ],
    [
      'guardrails without a moderation model',
      { ...AGENT, guardrails: [{ moderation_llm_v2: {} }] },
      /guardrails/,
    ],
  ];
  it.each(cases)('%s', async (_name, body, message) => {
    const answer = await api.send('POST', '/v1/agents', body);
    expectError(answer, 400);
    expect(record(answer.json)['message']).toMatch(message);
  });

  it('a model that no provider has', async () => {
    const bare = await openApiServer({ vendor: 'none' });
    try {
      for (const [path, body] of [
        ['/v1/agents', { model: 'gpt-9', name: 'A' }],
        ['/v1/conversations', { model: 'gpt-9', inputs: 'Hi' }],
        ['/v1/conversations', { model: 'gpt-9', inputs: 'Hi', stream: true }],
      ] as const) {
        const answer = await bare.send('POST', path, body);
        expectError(answer, 400);
        expect(answer.json).toMatchObject({ type: 'invalid_model', code: '1500', param: 'model' });
      }
    } finally {
      await bare.close();
    }
  });
});

describe('addresses', () => {
  it('take /v1 twice, a slash at the end, and ids that are percent-encoded', async () => {
    const id = text(record((await api.send('POST', '/v1/v1/agents/', AGENT)).json)['id']);
    const encoded = id.replace('_', '%5F');
    for (const path of [`/v1/agents/${id}/`, `/v1/v1/agents/${id}`, `/v1/agents/${encoded}?x=1`]) {
      expect((await api.send('GET', path)).json).toMatchObject({ id });
    }
    const sdk = new Mistral({ serverURL: `${api.url}/v1`, apiKey: api.key });
    expect(await sdk.beta.agents.get({ agentId: id })).toMatchObject({ id });
  });

  it.each(['/v1/agents/%E0%A4%A', '/v1/agents/%', '/v1/agents/a%00b', '/v1/agents?name=%00'])(
    '%s is 400',
    async path => {
      expectError(await api.send('GET', path), 400);
    },
  );

  it('take the names of tools whole, however long', async () => {
    const long = `tool.${'n'.repeat(120)}/v2`;
    tools.setTools([{ name: long, inputSchema: {}, handler: () => 'called' }]);
    const name = 'long_names';
    await api.send('POST', '/v1/connectors', { name, description: 'd', server: tools.url });
    const path = `/v1/connectors/${name}/tools/${encodeURIComponent(long)}/call`;
    const answer = await api.send('POST', path, { arguments: {} });
    expect(answer.json).toMatchObject({ content: [{ type: 'text', text: 'called' }] });
  });

  it('take a DELETE that says JSON and sends nothing, as some clients do', async () => {
    const id = text(record((await api.send('POST', '/v1/agents', AGENT)).json)['id']);
    const answer = await api.send('DELETE', `/v1/agents/${id}`, '', { 'content-type': 'application/json' });
    expect([answer.status, answer.text]).toEqual([204, '']);
  });
});

describe('the official client gets the error class it has for each', () => {
  it('422: HTTPValidationError with the list', async () => {
    const error = await api.sdk.beta.agents
      .create({ model: 'offline', name: 'A', completionArgs: { temperature: 9 } })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HTTPValidationError);
    expect(error).toMatchObject({ statusCode: 422, detail: [{ loc: expect.any(Array) }] });
  });

  it('everything else: SDKError with status and body', async () => {
    const wrongKey = new Mistral({ serverURL: api.url, apiKey: 'wrong' });
    const cases: readonly [number, () => Promise<unknown>][] = [
      [401, () => wrongKey.beta.agents.list()],
      [404, () => api.sdk.beta.agents.get({ agentId: UNKNOWN })],
      [404, () => api.sdk.beta.conversations.startStream({ agentId: UNKNOWN, inputs: 'Hi' })],
      [
        400,
        () => api.sdk.beta.agents.create({ model: 'offline', name: 'A', tools: [{ type: 'web_search' }] }),
      ],
      [404, () => api.sdk.beta.connectors.get({ connectorIdOrName: 'nobody' })],
    ];
    for (const [statusCode, call] of cases) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SDKError);
      expect(error).toMatchObject({ statusCode, body: expect.stringContaining('{') });
    }
  });
});
