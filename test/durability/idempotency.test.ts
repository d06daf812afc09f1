import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openTestDatabase } from '@tramontane/testkit/database';
import { openOpenAiServer } from '@tramontane/testkit/model-servers';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { openChildServer, type ChildServer } from './child-server.ts';
import { createStage } from './stage.ts';

// Servers are started again and again, which takes long on a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const stage = createStage();
const opened = new AsyncDisposableStack();
let open: () => Promise<ChildServer>;
let tools: ToolServer;
/** The one that is killed. */
let one: ChildServer;
let other: ChildServer;

beforeAll(async () => {
  const database = opened.use(await openTestDatabase());
  const model = opened.adopt(
    await openOpenAiServer({
      script: async () => {
        await stage.reach('model asked');
        return { text: `Answer ${randomUUID()}` };
      },
    }),
    each => each.close(),
  );
  const act = (name: string) => async () => {
    await stage.reach(`${name} done`);
    return `${name} ${randomUUID()}`;
  };
  const takesKeys = { 'io.tramontane/idempotent': true };
  tools = opened.adopt(
    await openSdkV2Server({
      tools: [
        { name: 'mail', inputSchema: {}, handler: act('mail') },
        { name: 'book', inputSchema: {}, meta: takesKeys, handler: act('book') },
      ],
    }),
    each => each.close(),
  );
  open = async () =>
    opened.adopt(
      await openChildServer({
        DATABASE_URL: database.url,
        TRAMONTANE_API_KEYS: 'key-of-this-test',
        TRAMONTANE_SECRET_KEY: 'secret-key-of-this-test',
        TRAMONTANE_MODEL_BASE_URL: model.url,
        TRAMONTANE_ALLOW_PRIVATE_NETWORKS: 'loopback',
        TRAMONTANE_TRUSTED_TOOL_SERVERS: tools.origin,
        TRAMONTANE_LOG: 'warn',
      }),
      each => each.stop(),
    );
  [one, other] = await Promise.all([open(), open()]);
  await post(other, '/v1/connectors', { name: 'shop', description: 'd', server: tools.url });
});
beforeEach(async () => {
  stage.clear();
  tools.calls.length = 0;
  if (one.isDead()) one = await open();
});
afterAll(() => opened.disposeAsync());

async function post(server: ChildServer, path: string, body: object, key?: string) {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.apiKey}`,
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

/** A question of its own kind, and how many entries each conversation has that it began. */
function ask(stream = false) {
  const metadata = { of: randomUUID() };
  const filter = encodeURIComponent(JSON.stringify(metadata));
  return { body: { model: 'm', inputs: 'Hello', stream, metadata }, entries: () => entriesOf(filter) };
}

async function entriesOf(filter: string): Promise<number[]> {
  const get = async (path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${other.apiKey}` };
    return (await fetch(`${other.url}/v1/conversations${path}`, { headers })).json();
  };
  const found = (await get(`?metadata=${filter}`)) as { id: string }[];
  return Promise.all(
    found.map(async ({ id }) => ((await get(`/${id}/history`)) as { entries: unknown[] }).entries.length),
  );
}

const KILLED = /fetch failed|terminated/;

it('requests with one key at two servers make one turn, whichever of them is asked', async () => {
  const { body, entries } = ask();
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => post(n % 2 ? one : other, '/v1/conversations', body, key)),
  );
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(answers[0]?.status).toBe(200);
  expect(await entries()).toEqual([2]);
});

it.each([false, true])(
  'killed while the model thinks, the turn is found by its key at the other server; streamed: %s',
  async stream => {
    const { body, entries } = ask(stream);
    const key = randomUUID();
    let again: ReturnType<typeof post> | undefined;
    stage.arm('model asked', async () => {
      // A reader at the other server from before the kill, who hears the end all the same.
      again = post(other, '/v1/conversations', body, key);
      await one.kill();
    });
    await expect(post(one, '/v1/conversations', body, key)).rejects.toThrow(KILLED);
    const heard = await again;
    expect(heard?.status).toBe(200);
    expect(heard?.text).toMatch(/Answer [0-9a-f-]{36}/);
    const later = await post(other, '/v1/conversations', body, key);
    const answerOf = (text = '') => /Answer [0-9a-f-]{36}/.exec(text)?.[0];
    expect(answerOf(later.text)).toBe(answerOf(heard?.text));
    expect(await entries()).toEqual([2]);
  },
);

it('killed while a tool is at work, its direct call is not made again, and the other server says so', async () => {
  const path = '/v1/connectors/shop/tools/mail/call';
  const key = randomUUID();
  stage.arm('mail done', () => one.kill());
  await expect(post(one, path, {}, key)).rejects.toThrow(KILLED);
  const again = await post(other, path, {}, key);
  expect(again.status).toBe(409);
  expect(again.text).toContain('was begun and broke off');
  expect(tools.calls).toHaveLength(1);
});

it('of a tool that takes keys on a trusted server it is sent again under the same key', async () => {
  const path = '/v1/connectors/shop/tools/book/call';
  const key = randomUUID();
  stage.arm('book done', () => one.kill());
  await expect(post(one, path, {}, key)).rejects.toThrow(KILLED);
  const answers = await Promise.all([post(other, path, {}, key), post(other, path, {}, key)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(answers[0]?.text).toBe(answers[1]?.text);
  expect(tools.calls).toHaveLength(2);
  expect(new Set(tools.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
});
