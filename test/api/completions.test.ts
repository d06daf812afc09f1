import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { unknownParts } from '../../packages/wire/src/testing/canned-client.ts';
import { expectError } from './expect-error.ts';
import { openGate } from './gate.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { mcpTool } from './run-turn.ts';
import { lastToolTexts } from './scripted-models.ts';
import { record, records } from './shapes.ts';
import { asksFor, choicesOf, post, stream, textOf } from './read-completion.ts';

// Chat completions and completions of agents: API reference, chat and agents.

let api: ApiServer;
let server: ToolServer;

beforeAll(async () => {
  [api, server] = await Promise.all([
    openApiServer(),
    openSdkV2Server({
      tools: [{ name: 'stock', inputSchema: {}, handler: () => ({ pieces: 12 }) }],
    }),
  ]);
});

afterAll(async () => {
  await Promise.all([api?.close(), server?.close()]);
});

const USER = [{ role: 'user', content: 'How many?' }] as const;
const ADD = {
  type: 'function',
  function: { name: 'add', parameters: { type: 'object', properties: { a: { type: 'number' } } } },
} as const;

function known<T>(answer: T): T {
  expect(unknownParts(answer)).toEqual([]);
  return answer;
}

describe('with the official client', () => {
  it('chat.complete and chat.stream say the same', async () => {
    const model = api.models.answers(() => ({
      text: 'Twelve of them.',
      usage: { promptTokens: 7, completionTokens: 3 },
    }));
    const plain = known(await api.sdk.chat.complete({ model, messages: [...USER] }));
    expect(plain).toMatchObject({ object: 'chat.completion', model });
    expect(plain.usage).toMatchObject({ promptTokens: 7, completionTokens: 3, totalTokens: 10 });
    expect(plain.choices).toMatchObject([
      { index: 0, finishReason: 'stop', message: { role: 'assistant', content: 'Twelve of them.' } },
    ]);
    let said = '';
    let reason: unknown;
    for await (const event of await api.sdk.chat.stream({ model, messages: [...USER] })) {
      const { data } = known(event);
      const [choice] = data.choices;
      if (typeof choice?.delta.content === 'string') said += choice.delta.content;
      if (choice?.finishReason) reason = choice.finishReason;
      if (data.usage) expect(data.usage.totalTokens).toBe(10);
    }
    expect([said, reason]).toEqual(['Twelve of them.', 'stop']);
  });

  it('chat.parse and chat.parseStream give objects of the schema', async () => {
    const Book = z.object({ title: z.string(), year: z.number() });
    const model = api.models.answers(() => ({ text: '{"title":"Dune","year":1965}' }));
    const request = { model, messages: [...USER], responseFormat: Book };
    const parsed = await api.sdk.chat.parse(request);
    expect(parsed.choices?.[0]?.message?.parsed).toEqual({ title: 'Dune', year: 1965 });
    let said = '';
    for await (const { data } of await api.sdk.chat.parseStream(request)) {
      const content = data.choices[0]?.delta.content;
      if (typeof content === 'string') said += content;
    }
    expect(Book.parse(JSON.parse(said))).toEqual({ title: 'Dune', year: 1965 });
    for (const { body } of api.models.asked(model)) {
      expect(body['response_format']).toMatchObject({
        type: 'json_schema',
        json_schema: { strict: true, schema: { properties: { year: { type: 'number' } } } },
      });
    }
  });

  it('agents.complete and agents.stream use the agent, and the request over it', async () => {
    const model = api.models.answers(() => ({ text: 'Aye.' }));
    const agent = await api.sdk.beta.agents.create({
      model,
      name: 'Pirate',
      instructions: 'Speak like a pirate.',
      completionArgs: { temperature: 0.3, maxTokens: 50, toolChoice: 'any' },
      tools: [ADD],
    });
    const messages = [{ role: 'system' as const, content: 'Be short.' }, ...USER];
    const plain = known(await api.sdk.agents.complete({ agentId: agent.id, messages, maxTokens: 9 }));
    expect(plain.choices[0]?.message?.content).toBe('Aye.');
    for await (const event of await api.sdk.agents.stream({ agentId: agent.id, messages })) known(event);
    const [first, second] = api.models.asked(model);
    expect(first?.body).toMatchObject({ temperature: 0.3, max_tokens: 9, tool_choice: 'required' });
    expect(second?.body).toMatchObject({ max_tokens: 50 });
    expect(first?.messages[0]).toMatchObject({
      role: 'system',
      content: 'Speak like a pirate.\n\nBe short.',
    });
    expect(first?.tools.map(({ name }) => name)).toEqual(['add']);
  });

  it('a function is handed back, and its result goes in', async () => {
    const model = api.models.answers(request => {
      const told = lastToolTexts(request);
      return told.length > 0
        ? { text: `It is ${told.join()}.` }
        : { toolCalls: [{ name: 'add', arguments: { a: 1 } }] };
    });
    const asked = { model, messages: [...USER], tools: [ADD] };
    const first = known(await api.sdk.chat.complete(asked));
    const message = first.choices[0]?.message;
    expect(first.choices[0]?.finishReason).toBe('tool_calls');
    expect(message?.toolCalls).toMatchObject([{ function: { name: 'add', arguments: '{"a":1}' } }]);
    if (!message) throw new Error('No message.');
    const toolCallId = message.toolCalls?.[0]?.id ?? '';
    const messages = [
      ...USER,
      { ...message, role: 'assistant' as const },
      { role: 'tool' as const, toolCallId, name: 'add', content: '2' },
    ];
    const second = known(await api.sdk.chat.complete({ ...asked, messages }));
    expect(second.choices[0]?.message?.content).toBe('It is 2.');

    const calls: unknown[] = [];
    for await (const { data } of await api.sdk.chat.stream(asked)) {
      calls.push(...(data.choices[0]?.delta.toolCalls ?? []));
    }
    expect(calls).toMatchObject([{ function: { name: 'add', arguments: '{"a":1}' } }]);
  });
});

describe('what is asked for reaches the model', () => {
  it('a forced tool is forced once: after its result the model may speak', async () => {
    const model = asksFor(api, 'stock');
    const tool_choice = { type: 'function', function: { name: 'stock' } };
    await post(api, { model, messages: USER, tools: [mcpTool(server.url)], tool_choice });
    expect(api.models.asked(model).map(({ body }) => body['tool_choice'])).toEqual([tool_choice, 'auto']);
  });

  it('n answers, each with an index and a seed of its own, plain and streamed', async () => {
    const model = api.models.answers(({ body }) => ({ text: `Seed ${String(body['seed'])}.` }));
    const body = { model, messages: USER, n: 3, random_seed: 40 };
    const choices = records((await post(api, body))['choices']);
    expect(choices.map(({ index, message }) => [index, record(message)['content']])).toEqual([
      [0, 'Seed 40.'],
      [1, 'Seed 41.'],
      [2, 'Seed 42.'],
    ]);
    const chunks = await stream(api, body);
    for (const index of [0, 1, 2]) {
      const own = choicesOf(chunks).filter(choice => choice['index'] === index);
      expect(own.map(({ delta }) => record(delta)['content']).join('')).toBe(`Seed ${40 + index}.`);
      expect(own.at(-1)?.['finish_reason']).toBe('stop');
    }
    expect(chunks.filter(({ usage }) => usage !== undefined)).toEqual([chunks.at(-1)]);
  });

  it('the whole conversation: pictures, thinking, calls with the same id twice, a prefix', async () => {
    const model = api.models.answers(() => ({ thinking: 'Hm.', text: 'Ok.' }));
    const call = { id: 'null', function: { name: 'add', arguments: { a: 1 } } };
    const tool = (content: string) => ({ role: 'tool', content });
    const answer = await post(api, {
      model,
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'One.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image_url', image_url: { url: 'https://a.example/p.png', detail: 'low' } },
          ],
        },
        { role: 'assistant', content: '', tool_calls: [call] },
        tool('first'),
        { role: 'assistant', content: null, tool_calls: [call] },
        tool('second'),
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'So.' }] },
            { type: 'text', text: 'Done.' },
          ],
        },
        { role: 'user', content: 'And?' },
        { role: 'assistant', content: 'It is', prefix: true },
      ],
    });
    expect(records(answer['choices'])[0]?.['message']).toMatchObject({
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
        { type: 'text', text: 'Ok.' },
      ],
    });
    const sent = api.models.asked(model)[0]?.messages ?? [];
    expect(sent.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
      'assistant',
      'user',
      'assistant',
    ]);
    expect(JSON.stringify(sent[1])).toContain('"detail":"low"');
    expect([sent[3]?.content, sent[5]?.content]).toEqual(['first', 'second']);
    expect(sent[6]).toMatchObject({ content: 'Done.', reasoning_content: 'So.' });
    expect(sent[8]).toMatchObject({ role: 'assistant', content: 'It is' });
  });
});

describe('what goes wrong', () => {
  it('before the first word it has a status of its own, also of a stream', async () => {
    for (const n of [1, 2]) {
      const model = api.models.answers(() => ({ status: 429 }));
      for (const more of [{}, { stream: true }]) {
        const answer = await api.send('POST', '/v1/chat/completions', { model, messages: USER, n, ...more });
        expectError(answer, 429);
      }
    }
  });

  it('tells when the vendor wants to be asked again, which is not waited for here', async () => {
    const model = api.models.answers(() => ({ status: 429, headers: { 'retry-after': '30' } }));
    for (const [path, body] of [
      ['/v1/chat/completions', { model, messages: USER }],
      ['/v1/conversations', { model, inputs: 'Hi' }],
    ] as const) {
      const answer = await api.send('POST', path, body);
      expectError(answer, 429);
      expect(answer.headers.get('retry-after')).toBe('30');
    }
  });

  it('after it, the stream ends with the reason error and says why', async () => {
    const model = api.models.answers(() => ({ text: 'One two three', dropAfterChunks: 3 }));
    const chunks = await stream(api, { model, messages: USER });
    expect(textOf(chunks)).toBe('One two ');
    expect(choicesOf(chunks).at(-1)).toMatchObject({
      finish_reason: 'error',
      delta: { metadata: { error: { type: 'model_failed', message: expect.stringContaining(model) } } },
    });
  });

  const call = { id: 'abcdefghi', function: { name: 'add', arguments: '{}' } };
  const audio = { role: 'user', content: [{ type: 'input_audio', input_audio: 'AAAA' }] };
  it.each([
    ['no messages', { messages: [] }, 422],
    [
      'a result without a call',
      { messages: [...USER, { role: 'tool', content: 'x', tool_call_id: 'z' }] },
      400,
    ],
    ['a call without a result', { messages: [...USER, { role: 'assistant', tool_calls: [call] }] }, 400],
    [
      'a tool choice that is no tool',
      { messages: USER, tools: [ADD], tool_choice: { function: { name: 'x' } } },
      422,
    ],
    ['an empty message', { messages: [{ role: 'user', content: null }] }, 422],
    ['a tool call where there are no tools', { messages: USER, tool_choice: 'any' }, 400],
    ['sound', { messages: [audio] }, 422],
    ['too many answers', { messages: USER, n: 17 }, 422],
    ["an option of Mistral's at another vendor", { messages: USER, safe_prompt: true }, 400],
    [
      'a document address at a vendor that takes none',
      {
        messages: [
          { role: 'user', content: [{ type: 'document_url', document_url: 'https://a.example/d.pdf' }] },
        ],
      },
      400,
    ],
  ])('%s is refused', async (what, body, status) => {
    const model = api.models.answers(() => ({ text: 'Ok.' }));
    const answer = await api.send('POST', '/v1/chat/completions', { model, ...body });
    expectError(answer, status);
    // In the words of this endpoint, not of conversations.
    if (status === 422 && !('tools' in body)) expect(answer.text).toMatch(/body\.(messages|n)/);
    if (what === 'a call without a result') expect(answer.text).toContain('role tool');
  });

  it.each([false, true])(
    'one of several answers that fails ends the others, streamed: %s',
    async streamed => {
      const gone = api.models.abandoned();
      const asked = openGate();
      const model = api.models.answers(async (_request, n) => {
        if (n > 0) {
          asked.open();
          return { text: 'One two three', hangAfterChunks: 0 };
        }
        await asked.passed;
        return { status: 400 };
      });
      expectError(
        await api.send('POST', '/v1/chat/completions', { model, messages: USER, n: 2, stream: streamed }),
        400,
      );
      await expect.poll(() => api.models.abandoned()).toBe(gone + 1);
    },
  );

  it('a caller that goes away ends the question to the model', async () => {
    const gone = api.models.abandoned();
    const model = api.models.answers(() => ({ text: 'One two three', hangAfterChunks: 3 }));
    const reading = await api.sdk.chat.stream({ model, messages: [...USER] });
    for await (const _ of reading) break;
    await expect.poll(() => api.models.abandoned()).toBe(gone + 1);
  });
});
