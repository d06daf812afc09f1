import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBearerAuth, createGuards } from '@tramontane/guards';
import { serveHttp, type HttpServing } from './serve-http.ts';
import { createShop } from './shop.fixture.ts';

const headers = { authorization: 'Bearer your-secret-token', 'content-type': 'application/json' };
let serving: HttpServing;
beforeAll(async () => {
  const tokens = [{ sha256: createHash('sha256').update('your-secret-token').digest('hex') }];
  serving = await serveHttp(createShop(), {
    port: 0,
    guards: createGuards({ auth: createBearerAuth({ tokens }) }),
  });
});
afterAll(() => serving.close());

async function invoke(body: unknown, more: Record<string, string> = {}) {
  const response = await fetch(`${serving.url}/mcp/v1/tools/invoke`, {
    method: 'POST',
    headers: { ...headers, ...more },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

describe('GET /mcp/v1/tools', () => {
  it('lists tools with input_schema, and what a client decides by', async () => {
    const response = await fetch(`${serving.url}/mcp/v1/tools`, { headers });
    const { tools } = (await response.json()) as { tools: unknown[] };
    expect(tools[0]).toEqual({
      name: 'add',
      description: 'Adds two numbers.',
      input_schema: expect.objectContaining({ type: 'object', required: ['a', 'b'] }),
      annotations: { readOnlyHint: true },
      _meta: { 'io.tramontane/idempotent': true },
    });
    expect(tools[1]).toEqual({
      name: 'greet',
      description: 'Greets.',
      input_schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    });
  });

  it.each([
    [{}, 'Bearer', 'Missing or malformed bearer token'],
    [{ authorization: 'Basic eA==' }, 'Bearer error="invalid_token"', 'Missing or malformed bearer token'],
    [{ authorization: 'Bearer wrong' }, 'Bearer error="invalid_token"', 'Invalid token'],
  ])('is closed to %j', async (credentials, challenge, detail) => {
    for (const path of ['/mcp/v1/tools', '/mcp']) {
      const response = await fetch(`${serving.url}${path}`, {
        headers: credentials as Record<string, string>,
      });
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, challenge]);
      expect(await response.json()).toEqual({ detail });
    }
  });
});

describe('POST /mcp/v1/tools/invoke', () => {
  it('calls a tool', async () => {
    expect(await invoke({ name: 'add', arguments: { a: 2, b: 3 } })).toEqual({
      status: 200,
      body: { success: true, result: { sum: 5 }, error: null },
    });
  });

  it('hands the idempotency key on', async () => {
    const call = { name: 'greet', arguments: { name: 'Ann' } };
    expect((await invoke(call, { 'idempotency-key': 'k-1' })).body).toMatchObject({
      result: 'Hello, Ann (k-1)',
    });
    expect((await invoke(call)).body).toMatchObject({ result: 'Hello, Ann (no key)' });
  });

  it.each([
    ['unknown tool', { name: 'nope', arguments: {} }, /^Unknown tool: "nope"/],
    [
      'invalid arguments',
      { name: 'add', arguments: { a: '2', b: 3 } },
      /^Invalid arguments.*"a" must be a number/,
    ],
    ['timeout', { name: 'slow', arguments: {} }, /timed out/],
    ['permission', { name: 'forbidden', arguments: {} }, /^Permission denied/],
    ['internal', { name: 'broken', arguments: {} }, /^Internal server error(?!.*hunter2)/],
  ])('says in a 200 what went wrong: %s', async (_kind, call, message) => {
    expect(await invoke(call)).toEqual({
      status: 200,
      body: { success: false, result: null, error: expect.stringMatching(message) },
    });
  });

  it.each([
    ['{', [{ loc: ['body'], type: 'json_invalid' }]],
    ['[]', [{ loc: ['body'], type: 'model_attributes_type' }]],
    [
      '{}',
      [
        { loc: ['body', 'name'], type: 'missing' },
        { loc: ['body', 'arguments'], type: 'missing' },
      ],
    ],
    ['{"name":5,"arguments":{}}', [{ loc: ['body', 'name'], type: 'string_type' }]],
    ['{"name":"add","arguments":[1]}', [{ loc: ['body', 'arguments'], type: 'dict_type' }]],
  ])('refuses the body %s with 422', async (body, detail) => {
    expect(await invoke(body)).toMatchObject({ status: 422, body: { detail } });
  });
});
