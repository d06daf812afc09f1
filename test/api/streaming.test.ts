import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { openGate } from './gate.ts';
import { openReader } from './stream-reader.ts';
import { expectRules } from './stream-rules.ts';
import { mcpTool, readHistory, runTurn } from './run-turn.ts';
import { record, text } from './shapes.ts';

let api: ApiServer;
const opened: ToolServer[] = [];

beforeAll(async () => {
  api = await openApiServer();
});

afterAll(async () => {
  await api?.close();
  await Promise.all(opened.map(server => server.close()));
});

async function openTool(handler: () => unknown, name = 'look'): Promise<ToolServer> {
  const server = await openSdkV2Server({ tools: [{ name, inputSchema: {}, handler }] });
  opened.push(server);
  return server;
}

describe('the bytes of a stream', () => {
  it('keep every rule: text, thinking, tool calls, caller functions', async () => {
    const server = await openTool(() => ({ found: true }));
    const model = api.models.plays(
      { thinking: 'Let me think about it.', text: 'I look.', toolCalls: [{ name: 'look', arguments: {} }] },
      {
        text: 'Now you.',
        toolCalls: [
          { name: 'ask_user', arguments: { q: 1 } },
          { name: 'look', arguments: {} },
        ],
      },
    );
    const answer = await api.send('POST', '/v1/conversations', {
      model,
      inputs: 'Go',
      stream: true,
      tools: [mcpTool(server.url), { type: 'function', function: { name: 'ask_user', parameters: {} } }],
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(answer.headers.get('cache-control')).toContain('no-cache');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    const frames = expectRules(answer.text);
    const events = new Set(frames.map(({ event }) => event));
    expect([...events].sort()).toEqual([
      'conversation.response.done',
      'conversation.response.started',
      'function.call.delta',
      'message.output.delta',
      'tool.execution.done',
      'tool.execution.started',
    ]);
    // Thinking is a chunk of its own, and the text after it has another content_index.
    const first = frames.filter(({ data }) => data['output_index'] === 0).map(({ data }) => data);
    const indexes = first.map(({ content, content_index }) => [typeof content, content_index]);
    expect(indexes[0]).toEqual(['object', 0]);
    expect(indexes.at(-1)).toEqual(['string', 1]);
    // The tool's arguments are whole in its first event, and it ends before the text that uses it.
    const started = frames.find(({ event }) => event === 'tool.execution.started');
    expect(started?.data['arguments']).toBe('{}');
  });

  it('say the text word by word, while the model still speaks', async () => {
    const gate = openGate();
    const server = await openTool(async () => {
      await gate.passed;
      return 'late';
    });
    const model = api.models.plays(
      { text: 'One two three. ', toolCalls: [{ name: 'look', arguments: {} }] },
      { text: 'Done.' },
    );
    const reader = await openReader(api, { model, inputs: 'Go', tools: [mcpTool(server.url)] });
    // All this is heard before the tool has answered.
    await reader.until('"tool.execution.started"');
    expect(reader.heard().match(/message\.output\.delta\n/g)?.length).toBeGreaterThan(1);
    gate.open();
    expectRules(await reader.rest());
  });

  it('of an error before the first event are plain JSON', async () => {
    const body = { agent_id: 'ag_nobody', inputs: 'Hi', stream: true };
    expectError(await api.send('POST', '/v1/conversations', body), 404);
    const answer = await api.send('POST', '/v1/conversations', { model: 'x', inputs: '', stream: true });
    expectError(answer, 422);
  });
});

describe('a vendor that fails', () => {
  it.each([
    ['in the middle', { text: 'One two three four', dropAfterChunks: 3 }],
    ['with an error in its stream', { text: 'One two', errorInStream: { error: { message: 'overloaded' } } }],
    ['with 500, twice', { status: 500 }],
    ['with 401', { status: 401 }],
  ] as const)(
    '%s: the stream ends with an error, the plain form with a status, both are kept',
    async (_name, reply) => {
      const model = api.models.answers(() => reply);
      const streamed = await api.send('POST', '/v1/conversations', { model, inputs: 'Hi', stream: true });
      const frames = expectRules(streamed.text);
      const last = record(frames.at(-1)?.data);
      expect(last['type']).toBe('conversation.response.error');
      expect(text(last['message'])).toMatch(/Model scripted-\d+ at /);
      expect(last['code']).toBe(502);
      const id = text(frames[0]?.data['conversation_id']);
      expect((await readHistory(api, id))[0]).toMatchObject({ content: 'Hi' });
      expectError(await api.send('POST', '/v1/conversations', { model, inputs: 'Hi' }), 502);
    },
  );

  it('can be asked again in the same conversation', async () => {
    const model = api.models.plays({ status: 400 }, { text: 'Better.' });
    const failed = await api.send('POST', '/v1/conversations', { model, inputs: 'Hi', stream: true });
    const id = text(expectRules(failed.text)[0]?.data['conversation_id']);
    const next = await api.send('POST', `/v1/conversations/${id}`, { inputs: 'Again', stream: true });
    expect(expectRules(next.text).at(-1)?.event).toBe('conversation.response.done');
    expect((await readHistory(api, id)).map(({ content }) => content)).toEqual(['Hi', 'Again', 'Better.']);
  });

  it('with 429 is passed on as one', async () => {
    const model = api.models.answers(() => ({ status: 429, headers: { 'retry-after': '0' } }));
    const answer = await api.send('POST', '/v1/conversations', { model, inputs: 'Hi' });
    expectError(answer, 429);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});

describe('usage', () => {
  it.each([false, true])('is the sum of all answers of the turn, streamed: %s', async stream => {
    const server = await openTool(() => 'found');
    const model = api.models.plays(
      { toolCalls: [{ name: 'look', arguments: {} }], usage: { promptTokens: 10, completionTokens: 3 } },
      { toolCalls: [{ name: 'look', arguments: {} }], usage: { promptTokens: 20, completionTokens: 4 } },
      { text: 'Done.', usage: { promptTokens: 40, completionTokens: 5 } },
    );
    const { usage } = await runTurn(api, { model, inputs: 'Go', tools: [mcpTool(server.url)] }, stream);
    expect(usage).toMatchObject({
      prompt_tokens: 70,
      completion_tokens: 12,
      total_tokens: 82,
      connectors: { look: 2 },
    });
  });

  it('is zero where the vendor counts nothing', async () => {
    const model = api.models.plays({ text: 'Hi.', usage: null });
    const { usage } = await runTurn(api, { model, inputs: 'Hi' }, true);
    expect(usage).toMatchObject({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
  });
});
