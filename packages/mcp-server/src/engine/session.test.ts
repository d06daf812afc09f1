import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { elicitation, inputRequired } from '../asking/input-required.ts';
import { defineResource } from '../definition/define-resource.ts';
import { defineTool } from '../definition/define-tool.ts';
import { createMcpServer } from '../server.ts';
import { createMeta, envelope } from './engine.fixture.ts';
import type { Session } from './session.ts';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number };
}

const drop = (): void => {};
const silent = { debug: drop, info: drop, warn: drop, error: drop };
const hanging = { begun: (_signal: AbortSignal): void => {} };
const input = { type: 'object', properties: {} };
const NAME = { message: 'Who?', schema: z.object({ name: z.string() }) };
const describing = { description: 'For tests.', input };

const server = createMcpServer({
  name: 'talker',
  version: '1',
  log: silent,
  design: false,
  tools: [
    defineTool({
      ...describing,
      name: 'elicit',
      handler: async (_args, { elicit, client }) =>
        JSON.stringify([await elicit(NAME), await elicit(NAME), client.info?.name]),
    }),
    defineTool({
      ...describing,
      name: 'url',
      handler: async (_args, { elicit }) =>
        JSON.stringify(await elicit({ message: 'Log in', url: 'https://example.com/' })),
    }),
    defineTool({
      ...describing,
      name: 'explicit',
      handler: (_args, { input: given }) =>
        given.state === undefined
          ? inputRequired({ requests: { who: elicitation(NAME) }, state: 1 })
          : JSON.stringify(given),
    }),
    defineTool({ ...describing, name: 'endless', handler: () => inputRequired({ state: 1 }) }),
    defineTool({
      ...describing,
      name: 'logs',
      handler: (_args, { log, progress }) => {
        log.debug({}, 'quiet');
        log.warn({ row: 7, err: new Error('secret') }, 'careful');
        log.error({ n: 1n }, 'not JSON');
        progress(1, 3, 'first');
        progress(1);
        progress(2);
        return 'done';
      },
    }),
    defineTool({
      ...describing,
      name: 'hangs',
      handler: (_args, { signal }) => {
        hanging.begun(signal);
        return new Promise<string>(() => {});
      },
    }),
  ],
  resources: [defineResource({ uri: 'docs://a', name: 'a', description: 'A.', read: () => 'A' })],
});

let session: Session;
/** What was sent outside of a request. */
let events: Message[];
let ids = 0;

/** One request in the session; what is asked meanwhile is answered by `answer`. */
async function request(
  method: string,
  params: object = {},
  answer: (asked: Message) => object | undefined = () => undefined,
): Promise<{ readonly messages: Message[]; readonly reply: Message | undefined }> {
  const messages: Message[] = [];
  const notify = (json: string): void => {
    const message = JSON.parse(json) as Message;
    messages.push(message);
    const answered = message.id === undefined ? undefined : answer(message);
    if (answered)
      void server.engine.handle({ jsonrpc: '2.0', id: message.id, ...answered }, createMeta({ session }));
  };
  ids += 1;
  const reply = await server.engine.handle(
    { jsonrpc: '2.0', id: ids, method, params },
    createMeta({ session, notify }),
  );
  return { messages, reply: reply.kind === 'message' ? (JSON.parse(reply.json) as Message) : undefined };
}

const initialize = (capabilities: object = { elicitation: {} }, protocolVersion = '2025-11-25') =>
  request('initialize', { protocolVersion, capabilities, clientInfo: { name: 'c', version: '1' } });
const call = (name: string, answer?: (asked: Message) => object | undefined, _meta?: object) =>
  request('tools/call', { name, _meta }, answer);
const textOf = (reply: Message | undefined): unknown =>
  (reply?.result?.['content'] as { text: string }[] | undefined)?.[0]?.text;

beforeEach(async () => {
  events = [];
  session = server.engine.openSession({ send: json => void events.push(JSON.parse(json) as Message) });
  await initialize();
});

afterEach(() => session.close());

describe('a question in a session', () => {
  it('is a request of the server, and the handler goes on where it was', async () => {
    let count = 0;
    const { messages, reply } = await call('elicit', () => ({
      result: { action: 'accept', content: { name: `n${(count += 1)}` } },
    }));
    expect(messages.map(({ method }) => method)).toEqual(['elicitation/create', 'elicitation/create']);
    expect(textOf(reply)).toContain('"n1"');
    expect(textOf(reply)).toContain('"n2"}');
    expect(textOf(reply)).toContain('"c"');
  });

  it('may be a URL, with the id that 2025-11-25 wants', async () => {
    await initialize({ elicitation: { url: {} } });
    const { messages, reply } = await call('url', () => ({ result: { action: 'accept' } }));
    expect(messages[0]?.params).toEqual({
      mode: 'url',
      message: 'Log in',
      url: 'https://example.com/',
      elicitationId: expect.stringMatching(/^[\w-]{36}$/),
    });
    expect(textOf(reply)).toBe('{"action":"accept"}');
  });

  it('that the client refuses, or answers wrongly, is a failed call', async () => {
    const refused = await call('elicit', () => ({ error: { code: -1, message: 'no user here' } }));
    expect(refused.reply?.result).toMatchObject({ isError: true });
    expect(textOf(refused.reply)).toContain('no user here');
    const wrong = await call('elicit', () => ({ result: { action: 'accept', content: { name: 1 } } }));
    expect(wrong.reply?.result).toMatchObject({ isError: true });
  });

  it('is not asked of a client that did not declare it', async () => {
    await initialize({});
    const { messages, reply } = await call('elicit');
    expect(messages).toEqual([]);
    expect(reply?.result).toMatchObject({ isError: true });
    expect(textOf(reply)).toContain('elicitation');
  });

  it('may be stated by inputRequired(): asked at once, then the handler runs again', async () => {
    const answer = { action: 'accept', content: { name: 'Ada' } };
    const { reply } = await call('explicit', () => ({ result: answer }));
    expect(JSON.parse(String(textOf(reply)))).toEqual({ responses: { who: answer }, state: 1 });
    expect((await call('endless')).reply?.result).toMatchObject({ isError: true });
  });

  it('fails when the session ends', async () => {
    const { reply } = await call('elicit', () => {
      session.close();
      return undefined;
    });
    expect(reply?.result).toMatchObject({ isError: true });
    expect((await call('elicit')).reply?.result).toMatchObject({ isError: true });
  });

  it('is not answered by a stranger, nor twice', async () => {
    const other = server.engine.openSession({ send: () => {} });
    const { reply } = await call('elicit', ({ id }) => {
      const forged = { jsonrpc: '2.0', id, result: { action: 'accept', content: { name: 'Eve' } } };
      void server.engine.handle(forged, createMeta({ session: other }));
      return { result: { action: 'decline' } };
    });
    expect(textOf(reply)).not.toContain('Eve');
    session.settle({ kind: 'response', id: 99, result: {} });
  });
});

describe('log messages', () => {
  it('reach a session only after it set a level', async () => {
    expect((await call('logs')).messages).toEqual([]);
    expect((await request('logging/setLevel', { level: 'loud' })).reply?.error).toMatchObject({
      code: -32602,
    });
    await request('logging/setLevel', { level: 'warning' });
    expect((await call('logs')).messages.map(({ params }) => params)).toEqual([
      { level: 'warning', logger: 'logs', data: { message: 'careful', row: 7 } },
      { level: 'error', logger: 'logs', data: 'not JSON' },
    ]);
  });

  it('reach a request of 2026-07-28 only if it asks, and progress with a token grows', async () => {
    const _meta = { ...envelope, 'io.modelcontextprotocol/logLevel': 'error', progressToken: 0 };
    const { messages } = await call('logs', undefined, _meta);
    expect(messages).toMatchObject([
      { method: 'notifications/message', params: { level: 'error' } },
      {
        method: 'notifications/progress',
        params: { progressToken: 0, progress: 1, total: 3, message: 'first' },
      },
      { method: 'notifications/progress', params: { progressToken: 0, progress: 2 } },
    ]);
    expect((await call('logs', undefined, envelope)).messages).toEqual([]);
  });
});

describe('subscriptions', () => {
  it('bring updates of what was subscribed, and changes of lists', async () => {
    await request('resources/subscribe', { uri: 'docs://a' });
    expect((await request('resources/subscribe', { uri: 'docs://none' })).reply?.error).toMatchObject({
      code: -32002,
    });
    server.notify.resourceUpdated('docs://b');
    server.notify.resourceUpdated('docs://a');
    server.notify.toolsChanged();
    await request('resources/unsubscribe', { uri: 'docs://a' });
    server.notify.resourceUpdated('docs://a');
    expect(events).toMatchObject([
      { method: 'notifications/resources/updated', params: { uri: 'docs://a' } },
      { method: 'notifications/tools/list_changed' },
    ]);
    session.close();
    server.notify.toolsChanged();
    expect(events).toHaveLength(2);
  });

  it('are not for who has not introduced themselves', () => {
    const seen: string[] = [];
    server.engine.openSession({ send: json => void seen.push(json) });
    server.notify.toolsChanged();
    expect(seen).toEqual([]);
  });

  it('are bounded', () => {
    for (let n = 0; n < 1000; n += 1) expect(session.subscribe(`docs://${n}`)).toBe(true);
    expect([session.subscribe('docs://more'), session.subscribe('docs://1')]).toEqual([false, true]);
  });
});

describe('cancelling', () => {
  it('aborts the request, and nothing is answered', async () => {
    const begun = new Promise<AbortSignal>(resolve => (hanging.begun = resolve));
    const called = call('hangs');
    const signal = await begun;
    const cancelled = { method: 'notifications/cancelled', params: { requestId: ids } };
    await server.engine.handle({ jsonrpc: '2.0', ...cancelled }, createMeta({ session }));
    expect([signal.aborted, (await called).reply]).toEqual([true, undefined]);
  });

  it('is done by the end of the session too, and by nobody else', async () => {
    const begun = new Promise<AbortSignal>(resolve => (hanging.begun = resolve));
    const called = call('hangs');
    const signal = await begun;
    const other = server.engine.openSession({ send: () => {} });
    other.cancel(ids);
    other.close();
    expect(signal.aborted).toBe(false);
    session.close();
    expect(signal.aborted).toBe(true);
    expect((await called).reply?.result).toMatchObject({ isError: true });
  });
});

describe('an id used twice', () => {
  it('has only its last request under it', async () => {
    const [first, second] = [1, 2].map(() => session.begin(5, new AbortController().signal));
    session.cancel(5);
    expect([first?.signal.aborted, second?.signal.aborted]).toEqual([false, true]);
    if (first && second) {
      session.end(first);
      const third = session.begin(5, new AbortController().signal);
      session.end(second);
      session.cancel(5);
      expect([third.cancelled, first.cancelled]).toEqual([true, false]);
    }
  });
});

describe('ping', () => {
  it('tells whether the client answers', async () => {
    const signal = new AbortController();
    const asked = session.ping(signal.signal);
    const [ping] = events;
    expect(ping?.method).toBe('ping');
    await server.engine.handle({ jsonrpc: '2.0', id: ping?.id, result: {} }, createMeta({ session }));
    expect(await asked).toBe(true);
    const unanswered = session.ping(signal.signal);
    signal.abort();
    expect(await unanswered).toBe(false);
  });
});

describe('batches', () => {
  const batch = [
    { jsonrpc: '2.0', id: 1, method: 'ping' },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    [{ jsonrpc: '2.0', id: 2, method: 'ping' }],
    { jsonrpc: '2.0', id: 3, method: 'no/such' },
  ];

  it('are of 2025-03-26 alone', async () => {
    const meta = createMeta({ session });
    expect(await server.engine.handle(batch, meta)).toMatchObject({ status: 400 });
    await initialize({}, '2025-03-26');
    const reply = await server.engine.handle(batch, meta);
    expect(JSON.parse(reply.kind === 'message' ? reply.json : '')).toMatchObject([
      { id: 1, result: {} },
      { error: { code: -32600 } },
      { id: 3, error: { code: -32601 } },
    ]);
    expect(await server.engine.handle([batch[1]], meta)).toEqual({ kind: 'none', status: 202 });
    expect(await server.engine.handle([], meta)).toMatchObject({ status: 400 });
  });
});
