import { afterEach, describe, expect, it } from 'vitest';
import { openMistralServer, openOpenAiServer } from './index.ts';
import type { ModelServer, Reply } from './index.ts';

const open: ModelServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.close()));
});

async function start(
  openServer: typeof openOpenAiServer,
  reply: Reply,
  apiKey?: string,
): Promise<ModelServer> {
  const server = await openServer({ script: () => reply, ...(apiKey !== undefined && { apiKey }) });
  open.push(server);
  return server;
}

const ask = (server: ModelServer, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'test-model', messages: [{ role: 'user', content: 'Hi' }], ...body }),
  });

describe.each([
  ['OpenAI', openOpenAiServer],
  ['Mistral', openMistralServer],
] as const)('%s', (_name, openServer) => {
  it('streams words and ends with [DONE]', async () => {
    const server = await start(openServer, { text: 'One two three' });
    const text = await (await ask(server, { stream: true })).text();
    const events = text.split('\n\n').filter(Boolean);
    expect(events.at(-1)).toBe('data: [DONE]');
    expect(text).toContain('"content":"One "');
    expect(text).toContain('"finish_reason":"stop"');
    expect(server.requests).toHaveLength(1);
  });

  it('answers plainly, lists models and refuses a wrong key', async () => {
    const server = await start(
      openServer,
      { text: 'Hello', toolCalls: [{ name: 'f', arguments: { a: 1 } }] },
      'k',
    );
    const auth = { authorization: 'Bearer k' };
    expect(await (await ask(server, {}, auth)).json()).toMatchObject({
      choices: [
        { message: { content: 'Hello', tool_calls: [{ function: { name: 'f', arguments: '{"a":1}' } }] } },
      ],
    });
    expect(await (await fetch(`${server.url}/models`, { headers: auth })).json()).toMatchObject({
      data: [{ id: 'test-model' }],
    });
    expect((await ask(server, {})).status).toBe(401);
    expect((await ask(server, { messages: [] }, auth)).status).toBe(400);
  });

  it('cuts a stream after the chunks it was told to send', async () => {
    const server = await start(openServer, { text: 'One two three', dropAfterChunks: 2 });
    await expect((await ask(server, { stream: true })).text()).rejects.toThrow('terminated');
  });
});

it('gives call ids in the form Mistral insists on', async () => {
  const server = await start(openMistralServer, { toolCalls: [{ name: 'f', arguments: '{}' }] });
  const body = (await (await ask(server, {})).json()) as {
    choices: { message: { tool_calls: { id: string }[] } }[];
  };
  expect(body.choices[0]?.message.tool_calls[0]?.id).toMatch(/^[a-zA-Z0-9]{9}$/);
});
