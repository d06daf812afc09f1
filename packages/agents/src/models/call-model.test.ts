import { openMistralServer, openOpenAiServer } from '@tramontane/testkit/model-servers';
import type { ModelServer, ModelServerOptions, Reply, Script } from '@tramontane/testkit/model-servers';
import { ModelFailure } from '@tramontane/engine';
import type { ContentDelta, ModelAnswer, ModelRequest } from '@tramontane/engine';
import { afterEach, describe, expect, it } from 'vitest';
import { createCallModel } from './call-model.ts';
import type { CallModelOptions } from './call-model.ts';
import { createModelCatalogue } from './catalogue.ts';

const KEY = 'sk-very-secret-0123456789';
const open: ModelServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.close()));
});

const request = (over: Partial<ModelRequest> = {}): ModelRequest => ({
  model: 'mistral-small-latest',
  instructions: 'Be brief.',
  entries: [
    { kind: 'message.input', id: 'msg_1', createdAt: 'now', role: 'user', content: 'Hello', prefix: false },
  ],
  tools: [],
  toolChoice: 'auto',
  settings: {},
  ...over,
});

const LOOKUP = {
  name: 'lookup',
  description: 'Looks up',
  inputSchema: { type: 'object', properties: { id: { type: 'string' } } },
  readOnly: true,
};

interface Asked {
  readonly server: ModelServer;
  readonly deltas: ContentDelta[];
  readonly answer: Promise<ModelAnswer>;
  readonly stop: AbortController;
}

const VENDORS = [
  [
    'Mistral',
    openMistralServer,
    (url: string) => ({ mistralApiKey: KEY, mistralBaseUrl: url, offline: false }),
  ],
  ['OpenAI-compatible', openOpenAiServer, (url: string) => ({ baseUrl: url, apiKey: KEY, offline: false })],
] as const;

describe.each(VENDORS)('%s', (_name, openServer, settingsFor) => {
  async function ask(
    script: Script | Reply,
    over: Partial<ModelRequest> = {},
    options: CallModelOptions = { backoffMs: 1 },
    serverOptions: Partial<ModelServerOptions> = {},
  ): Promise<Asked> {
    const server = await openServer({
      script: typeof script === 'function' ? script : () => script,
      apiKey: KEY,
      ...serverOptions,
    });
    open.push(server);
    const deltas: ContentDelta[] = [];
    const stop = new AbortController();
    const answer = createCallModel(createModelCatalogue(settingsFor(server.url)), options)(request(over), {
      signal: stop.signal,
      onDelta: delta => deltas.push(delta),
    });
    // Each test looks at the answer in its own time.
    answer.catch(() => {});
    return { server, deltas, answer, stop };
  }

  const failure = async (asked: Asked): Promise<ModelFailure> => {
    const error: unknown = await asked.answer.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ModelFailure);
    const failed = error as ModelFailure;
    expect(`${failed.message} ${String(failed.cause)}`).not.toContain(KEY);
    expect(failed.message).toContain('mistral-small-latest');
    expect(failed.message).toContain(new URL(asked.server.url).host);
    return failed;
  };

  it('streams text and counts tokens', async () => {
    const { answer, deltas, server } = await ask({
      text: 'One two three',
      usage: { promptTokens: 11, completionTokens: 3 },
    });
    expect(await answer).toEqual({
      content: 'One two three',
      calls: [],
      usage: { promptTokens: 11, completionTokens: 3 },
      finish: 'stop',
    });
    expect(deltas.map(delta => delta.text)).toEqual(['One ', 'two ', 'three']);
    expect(server.requests[0]?.stream).toBe(true);
    expect(server.requests[0]?.messages[0]).toEqual({ role: 'system', content: 'Be brief.' });
  });

  it('keeps thinking apart from text', async () => {
    const { answer, deltas } = await ask({ thinking: 'Let me see', text: 'Yes' });
    expect((await answer).content).toEqual([
      { kind: 'thinking', text: 'Let me see' },
      { kind: 'text', text: 'Yes' },
    ]);
    expect(deltas.map(delta => delta.kind)).toEqual(['thinking', 'thinking', 'thinking', 'text']);
  });

  it('passes tools, their order and settings, and returns parallel calls in order', async () => {
    const { answer, server } = await ask(
      {
        text: 'I look.',
        toolCalls: [
          { name: 'lookup', arguments: { id: 'a' } },
          { name: 'other', arguments: {} },
          { name: 'lookup', arguments: { id: 'b' } },
        ],
      },
      {
        tools: [LOOKUP, { ...LOOKUP, name: 'other' }],
        toolChoice: 'required',
        settings: { temperature: 0.25, maxTokens: 50, topP: 0.5, seed: 7, stop: ['END'] },
      },
    );
    expect(await answer).toMatchObject({
      content: 'I look.',
      finish: 'tool_calls',
      calls: [
        { name: 'lookup', arguments: '{"id":"a"}' },
        { name: 'other', arguments: '{}' },
        { name: 'lookup', arguments: '{"id":"b"}' },
      ],
    });
    const sent = server.requests[0];
    expect(sent?.tools.map(tool => tool.name)).toEqual(['lookup', 'other']);
    expect(sent?.body).toMatchObject({ temperature: 0.25, max_tokens: 50, top_p: 0.5, stop: ['END'] });
    expect(sent?.body['tool_choice']).toMatch(/^(?:any|required)$/);
    expect(sent?.body['seed'] ?? sent?.body['random_seed']).toBe(7);
    // The offline model's mark is nobody else's business.
    expect(JSON.stringify(sent?.body)).not.toMatch(/readOnly|tramontane/);
  });

  const TWO_CALLS = {
    toolCalls: [
      { name: 'lookup', arguments: { id: 'a' } },
      { name: 'lookup', arguments: { id: 'b' } },
    ],
    argumentPieces: 3,
  };
  const toldOf = (deltas: readonly ContentDelta[]) =>
    Map.groupBy(
      deltas.filter(delta => delta.kind === 'call'),
      ({ call }) => call,
    );
  const joined = (deltas: readonly ContentDelta[]) =>
    [...toldOf(deltas)].map(([call, pieces]) => [call, pieces.map(({ text }) => text).join('')]);

  it('passes on pieces of calls, and says which call of the answer each is', async () => {
    const { answer, deltas } = await ask({ text: 'I look.', ...TWO_CALLS });
    const { calls } = await answer;
    expect(calls.map(call => call.arguments)).toEqual(['{"id":"a"}', '{"id":"b"}']);
    expect(deltas[0]).toEqual({ kind: 'text', text: 'I ' });
    expect([...toldOf(deltas).values()].map(({ length }) => length)).toEqual([3, 3]);
    expect(joined(deltas)).toEqual(calls.map(call => [call.call, call.arguments]));
  });

  it('passes on nothing of calls that come in one piece', async () => {
    const { answer, deltas } = await ask({ ...TWO_CALLS, argumentPieces: 1 });
    const { calls } = await answer;
    expect(deltas).toEqual([]);
    expect(calls).toEqual([
      { name: 'lookup', arguments: '{"id":"a"}' },
      { name: 'lookup', arguments: '{"id":"b"}' },
    ]);
  });

  it('asks again when the vendor breaks off in the middle of a call; the calls of the second answer are others', async () => {
    const heard = Promise.withResolvers<void>();
    // The first call, and two pieces of the second one.
    const half = { dropAfterChunks: 6, pause: { afterChunks: 6, until: heard.promise } };
    const { answer, deltas, server } = await ask((_request, n) =>
      n === 0 ? { ...TWO_CALLS, ...half } : TWO_CALLS,
    );
    await expect.poll(() => deltas.length).toBe(5);
    heard.resolve();
    const { calls } = await answer;
    expect(server.requests).toHaveLength(2);
    const [first, broken, ...told] = joined(deltas);
    expect([first?.[1], broken?.[1]]).toEqual(['{"id":"a"}', '{"id":"b']);
    expect(told).toEqual(calls.map(call => [call.call, call.arguments]));
    expect(new Set(joined(deltas).map(([call]) => call)).size).toBe(4);
  });

  it('does not ask again when words were said before the call that broke off', async () => {
    const heard = Promise.withResolvers<void>();
    const half = { dropAfterChunks: 4, pause: { afterChunks: 4, until: heard.promise } };
    const asked = await ask({ text: 'Well', ...TWO_CALLS, ...half });
    await expect.poll(() => asked.deltas.length).toBe(3);
    heard.resolve();
    expect((await failure(asked)).code).toBe('model_unreachable');
    expect(asked.server.requests).toHaveLength(1);
  });

  it('asks for JSON by a schema', async () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } } };
    const { answer, server } = await ask(
      { text: '{"a":1}' },
      { settings: { responseFormat: { type: 'json', name: 'form', schema, strict: true } } },
    );
    await answer;
    expect(server.requests[0]?.body['response_format']).toMatchObject({
      type: 'json_schema',
      json_schema: { name: 'form', schema, strict: true },
    });
  });

  it('counts nothing when the vendor sends no usage', async () => {
    const { answer } = await ask({ text: 'Hi', usage: null });
    expect((await answer).usage).toEqual({ promptTokens: 0, completionTokens: 0 });
  });

  it('says when the answer was cut for length', async () => {
    const { answer } = await ask({ text: 'Hi', finishReason: 'length' });
    expect((await answer).finish).toBe('length');
  });

  it.each([
    [401, 'model_refused'],
    [403, 'model_refused'],
    [404, 'invalid_model'],
    [400, 'model_error'],
    [422, 'model_error'],
  ] as const)('answers %i with %s, at once', async (status, code) => {
    const asked = await ask({
      status,
      body: { object: 'error', message: `No, ${KEY} is wrong`, type: 'x', param: null, code: null },
    });
    expect(await failure(asked)).toMatchObject({ code, status });
    expect((await failure(asked)).message).toContain('[key] is wrong');
    expect(asked.server.requests).toHaveLength(1);
  });

  it('knows a refused key from the vendor itself', async () => {
    const asked = await ask({ text: 'Hi' }, {}, {}, { apiKey: 'another' });
    expect(await failure(asked)).toMatchObject({ code: 'model_refused', status: 401 });
  });

  it("knows Mistral's own way to say that a model does not exist", async () => {
    const body = {
      object: 'error',
      message: 'Invalid model: x',
      type: 'invalid_model',
      param: null,
      code: '1500',
    };
    expect(await failure(await ask({ status: 400, body }))).toMatchObject({
      code: 'invalid_model',
      status: 400,
    });
  });

  it.each([429, 500, 503] as const)('tries once more after %i', async status => {
    const { answer, server } = await ask((_request, n) => (n === 0 ? { status } : { text: 'Better' }));
    expect((await answer).content).toBe('Better');
    expect(server.requests).toHaveLength(2);
  });

  it('gives up after the second failure', async () => {
    const limited = await ask({ status: 429, headers: { 'retry-after': '0' } });
    expect(await failure(limited)).toMatchObject({ code: 'model_rate_limited', status: 429 });
    expect(limited.server.requests).toHaveLength(2);
    const broken = await ask({ status: 500 });
    expect(await failure(broken)).toMatchObject({ code: 'model_error', status: 500 });
    expect(broken.server.requests).toHaveLength(2);
  });

  it('does not wait for a vendor that asks for a long pause', async () => {
    const asked = await ask({ status: 429, headers: { 'retry-after': '3600' } });
    expect(await failure(asked)).toMatchObject({ code: 'model_rate_limited' });
    expect(asked.server.requests).toHaveLength(1);
  });

  it('ends when the vendor never begins to answer', async () => {
    const asked = await ask({ text: 'Hi', hangAfterChunks: 0 }, {}, { limits: { firstByteMs: 50 } });
    expect(await failure(asked)).toMatchObject({ code: 'model_timed_out' });
  });

  it('ends when the vendor falls silent in the middle', async () => {
    const asked = await ask({ text: 'One two three', hangAfterChunks: 3 }, {}, { limits: { idleMs: 50 } });
    expect(await failure(asked)).toMatchObject({ code: 'model_timed_out' });
    expect(asked.deltas.map(delta => delta.text)).toEqual(['One ', 'two ']);
    expect(asked.server.requests).toHaveLength(1);
  });

  it('ends when the vendor speaks for ever', async () => {
    const text = 'word '.repeat(2000);
    const asked = await ask({ text, chunkDelayMs: 5 }, {}, { limits: { totalMs: 100 } });
    expect(await failure(asked)).toMatchObject({ code: 'model_timed_out' });
  });

  it('fails when the connection is cut, and does not say things twice', async () => {
    const asked = await ask({ text: 'One two three', dropAfterChunks: 3 });
    expect((await failure(asked)).code).toBe('model_unreachable');
    expect(asked.deltas.map(delta => delta.text).join('')).toMatch(/^One /);
    expect(asked.server.requests).toHaveLength(1);
  });

  it('tries again when the connection is cut before a word was said', async () => {
    const { answer, server } = await ask((_request, n) =>
      n === 0 ? { dropAfterChunks: 0 } : { text: 'Here' },
    );
    expect((await answer).content).toBe('Here');
    expect(server.requests).toHaveLength(2);
  });

  it('does not take a stream without an end for an answer', async () => {
    const asked = await ask({ text: 'One two', finishReason: null });
    expect((await failure(asked)).code).toBe('model_error');
  });

  it('fails on an error inside the stream', async () => {
    const asked = await ask({
      text: 'One',
      errorInStream: { error: { message: 'GPU fell over' } },
    });
    expect((await failure(asked)).code).toBe('model_error');
  });

  it('stops when it is told to, and hangs up', async () => {
    const asked = await ask({ text: 'One two three', hangAfterChunks: 3 });
    await expect.poll(() => asked.deltas.length).toBe(2);
    asked.stop.abort();
    await expect(asked.answer).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => asked.server.abandoned()).toBe(1);
  });

  it('stops while it waits to try again', async () => {
    const asked = await ask({ status: 503 }, {}, { backoffMs: 60_000 });
    await expect.poll(() => asked.server.requests.length).toBe(1);
    asked.stop.abort(new Error('shutting down'));
    await expect(asked.answer).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('says where it looked when nobody is there', async () => {
    const server = await openServer({ script: () => ({}) });
    await server.close();
    const call = createCallModel(createModelCatalogue(settingsFor(server.url)), { backoffMs: 1 });
    const answer = call(request(), { signal: new AbortController().signal, onDelta: () => {} });
    await expect(answer).rejects.toMatchObject({
      code: 'model_unreachable',
      message: expect.stringContaining(server.url) as string,
    });
  });
});
