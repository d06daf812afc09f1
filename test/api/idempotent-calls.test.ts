import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openGate, type Gate } from './gate.ts';
import { openApiServer, type ApiAnswer, type ApiServer } from './open-api-server.ts';
import { record, type Json } from './shapes.ts';

let api: ApiServer;
let tools: ToolServer;
let arrived: Gate;
let door: Gate;
/** The last that a call came on. */
let connection: Socket | undefined;
/** Whether calls are refused before they reach their tool. */
let isBusy = false;

beforeAll(async () => {
  const answer = async (name: string) => {
    arrived.open();
    await door.passed;
    return `${name} ${randomUUID()}`;
  };
  const schema = { properties: { n: { type: 'number' } } };
  tools = await openSdkV2Server({
    guard: ({ socket, headers }, response) => {
      if (headers['mcp-method'] !== 'tools/call') return true;
      connection = socket;
      if (!isBusy) return true;
      response.writeHead(429).end();
      return false;
    },
    tools: [
      { name: 'mail', inputSchema: schema, handler: () => answer('mail') },
      {
        name: 'book',
        inputSchema: schema,
        meta: { 'io.tramontane/idempotent': true },
        handler: () => answer('book'),
      },
      {
        name: 'fail',
        inputSchema: schema,
        handler: () => {
          throw new Error(`No ${randomUUID()}`);
        },
      },
    ],
  });
  api = await openApiServer({ trusted: tools.origin });
  await api.send('POST', '/v1/connectors', { name: 'shop', description: 'd', server: tools.url });
});
afterAll(async () => {
  await Promise.all([api?.close(), tools?.close()]);
});
beforeEach(() => {
  tools.calls.length = 0;
  isBusy = false;
  arrived = openGate();
  door = openGate();
});

const call = (tool: string, key: string, args: Json = {}, connector = 'shop'): Promise<ApiAnswer> =>
  api.send(
    'POST',
    `/v1/connectors/${connector}/tools/${tool}/call`,
    { arguments: args },
    {
      'idempotency-key': key,
    },
  );

it('twenty at once with one key are one call, and all have its answer; so has who comes later', async () => {
  const key = randomUUID();
  const all = Array.from({ length: 20 }, () => call('mail', key, { n: 1 }));
  await arrived.passed;
  door.open();
  const answers = await Promise.all(all);
  const later = await call('mail', key, { n: 1 });
  expect(new Set([...answers, later].map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(later.status).toBe(200);
  expect(tools.calls).toHaveLength(1);
  // Another key is another call.
  expect((await call('mail', randomUUID(), { n: 1 })).text).not.toBe(later.text);
});

it('without a key two calls are two, whatever id the request has', async () => {
  door.open();
  const path = '/v1/connectors/shop/tools/book/call';
  const ask = () => api.send('POST', path, {}, { 'x-request-id': 'one-of-the-caller' });
  const [one, two] = [await ask(), await ask()];
  expect(two.text).not.toBe(one.text);
  expect(new Set(tools.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
  expect(tools.calls[0]?.requestId).toBe('one-of-the-caller');
});

it('other arguments, another tool or other credentials under the key are refused', async () => {
  door.open();
  const key = randomUUID();
  const first = await call('mail', key, { n: 1 });
  expectError(await call('mail', key, { n: 2 }), 422);
  expectError(await call('book', key, { n: 1 }), 422);
  const path = '/v1/connectors/shop/tools/mail/call?credentials_name=other';
  expectError(await api.send('POST', path, { arguments: { n: 1 } }, { 'idempotency-key': key }), 422);
  expect((await call('mail', key, { n: 1 })).text).toBe(first.text);
  expect(tools.calls).toHaveLength(1);
});

it('an answer that says the tool failed is an answer', async () => {
  const key = randomUUID();
  const first = await call('fail', key);
  expect(first.text).toContain('"isError":true');
  expect((await call('fail', key)).text).toBe(first.text);
  expect(tools.calls).toHaveLength(1);
});

it('the call goes on when its caller goes away, and the key finds its answer', async () => {
  const key = randomUUID();
  const gone = new AbortController();
  const left = fetch(`${api.url}/v1/connectors/shop/tools/mail/call`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${api.key}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ arguments: {} }),
    signal: gone.signal,
  });
  await arrived.passed;
  gone.abort();
  await expect(left).rejects.toThrow(/abort/);
  const again = call('mail', key);
  door.open();
  expect((await again).text).toContain('mail ');
  expect(tools.calls).toHaveLength(1);
});

it('a call that did not leave leaves its key free', async () => {
  const key = randomUUID();
  door.open();
  expectError(await call('unknown', key), 404);
  expectError(await call('mail', key, {}, 'none'), 404);
  expect((await call('mail', key)).status).toBe(200);
});

/** A call whose connection is cut after it arrived at its tool. */
async function cutOff(tool: string): Promise<string> {
  const key = randomUUID();
  const first = call(tool, key);
  await arrived.passed;
  connection?.destroy();
  expectError(await first, 502);
  return key;
}

it('a call that its server did not take leaves its key free, but not where one before it left', async () => {
  door.open();
  isBusy = true;
  const key = randomUUID();
  expectError(await call('mail', key), 502);
  isBusy = false;
  expect((await call('mail', key)).status).toBe(200);
  tools.calls.length = 0;
  door = openGate();
  arrived = openGate();
  const second = await cutOff('book');
  door.open();
  isBusy = true;
  expectError(await call('book', second), 502);
  isBusy = false;
  expect((await call('book', second)).status).toBe(200);
  const keys = tools.calls.map(({ idempotencyKey }) => idempotencyKey);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

it('a call that left and got no answer is not made again, and that is said', async () => {
  const key = await cutOff('mail');
  door.open();
  const again = await call('mail', key);
  expectError(again, 409);
  expect(record(again.json)).toMatchObject({
    type: 'lost',
    message: expect.stringMatching(/may have had its effect, so it was not run again/) as string,
  });
  expect(tools.calls).toHaveLength(1);
});

it('such a call is made again, under its own key, where its tool takes keys and its server is trusted', async () => {
  const key = await cutOff('book');
  door.open();
  const again = await call('book', key);
  expect(again.text).toContain('book ');
  const keys = tools.calls.map(({ idempotencyKey }) => idempotencyKey);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
  expect((await call('book', key)).text).toBe(again.text);
  expect(tools.calls).toHaveLength(2);
});
