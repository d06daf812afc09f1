import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openHttpListener,
  openRestServer,
  openSdkV1Server,
  openSdkV2Server,
  type PlainTool,
  type ToolServer,
} from '@tramontane/testkit/tool-servers';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { openGate } from './gate.ts';
import { mcpTool, modelThatCalls, namesOf, readHistory, runTurn } from './run-turn.ts';
import { lastToolTexts } from './scripted-models.ts';
import { infoText, record, records, text, type Json } from './shapes.ts';

let api: ApiServer;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  api = await openApiServer();
});

afterAll(async () => {
  await api?.close();
  await Promise.all(opened.map(server => server.close()));
});

type Open = (options: { tools: readonly PlainTool[]; name?: string }) => Promise<ToolServer>;

async function open(tools: readonly PlainTool[], openServer: Open = openSdkV2Server): Promise<ToolServer> {
  const server = await openServer({ tools });
  opened.push(server);
  return server;
}

const tool = (name: string, handler: PlainTool['handler']): PlainTool => ({
  name,
  description: `The tool ${name}.`,
  inputSchema: {},
  handler,
});
const infoOf = (entry: Json | undefined): Json => record(entry?.['info']);

it.each([
  ['SDK 1.x', openSdkV1Server],
  ['SDK 2.x', openSdkV2Server],
  ['REST form', openRestServer],
] as readonly [string, Open][])(
  'calls of one answer are under way together: %s',
  async (_name, openServer) => {
    // Each waits inside the tool until all three are there: one after the other would never end.
    const all = openGate();
    let arrived = 0;
    const meet: PlainTool = tool('meet', async ({ n }) => {
      arrived += 1;
      if (arrived === 3) all.open();
      await all.passed;
      return `met ${String(n)}`;
    });
    const server = await open([meet], openServer);
    const model = api.models.plays(
      { toolCalls: [1, 2, 3].map(n => ({ name: 'meet', arguments: { n } })) },
      request => ({ text: lastToolTexts(request).join(', ') }),
    );
    const { outputs, usage } = await runTurn(
      api,
      { model, inputs: 'Meet', tools: [mcpTool(server.url)] },
      true,
    );
    expect(namesOf(outputs)).toEqual(['meet', 'meet', 'meet', 'message.output']);
    expect(outputs.slice(0, 3).map(infoText)).toEqual(['met 1', 'met 2', 'met 3']);
    expect(outputs[3]?.['content']).toBe('met 1, met 2, met 3');
    expect(usage['connectors']).toEqual({ meet: 3 });
    const keys = server.calls.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(3);
    expect(keys).not.toContain(undefined);
  },
);

describe('the limit of a turn', () => {
  it('ends it with words: the last answer is asked for without tools', async () => {
    const server = await open([tool('again', () => 'more')]);
    const model = api.models.answers(request =>
      request.body['tool_choice'] === 'none' || request.tools.length === 0
        ? { text: 'I stop here.' }
        : { toolCalls: [{ name: 'again', arguments: {} }] },
    );
    const { outputs } = await runTurn(api, { model, inputs: 'Go', tools: [mcpTool(server.url)] }, true);
    expect(outputs.at(-1)).toMatchObject({ type: 'message.output', content: 'I stop here.' });
    expect(outputs.length).toBeGreaterThan(5);
    expect(server.calls.length).toBe(outputs.length - 1);
  });

  it('fails a turn whose model cannot stop, and keeps what was done', async () => {
    const server = await open([tool('again', () => 'more')]);
    const model = api.models.answers(() => ({ toolCalls: [{ name: 'again', arguments: {} }] }));
    const body = { model, inputs: 'Go', tools: [mcpTool(server.url)] };
    const answer = await api.send('POST', '/v1/conversations', body);
    expect(answer.status).toBe(502);
    expect(text(record(answer.json)['message'])).toMatch(/limit/);
    const [newest] = records((await api.send('GET', '/v1/conversations?page_size=1')).json);
    const history = await readHistory(api, text(newest?.['id']));
    expect(history.filter(({ name }) => name === 'again')).toHaveLength(server.calls.length);
    expect(server.calls.length).toBeLessThan(100);
  });
});

describe('names', () => {
  it('of two servers that have the same tool are told apart, and each call goes to its own', async () => {
    const [one, two] = [
      await open([tool('look', () => 'in one')]),
      await open([tool('look', () => 'in two')]),
    ];
    const seen: string[] = [];
    const model = api.models.plays(
      request => {
        seen.push(...request.tools.map(({ name }) => name));
        return { toolCalls: request.tools.map(({ name }) => ({ name, arguments: {} })) };
      },
      { text: 'Done.' },
    );
    const tools = [mcpTool(one.url), mcpTool(two.url)];
    const { outputs } = await runTurn(api, { model, inputs: 'Look', tools }, true);
    expect(new Set(seen).size).toBe(2);
    for (const name of seen) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(namesOf(outputs)).toEqual(['look', 'look', 'message.output']);
    expect(outputs.slice(0, 2).map(infoText)).toEqual(['in one', 'in two']);
    expect(outputs.slice(0, 2).map(entry => infoOf(entry)['called_as'])).toEqual(seen);
  });

  it('that no vendor takes are changed for the model only', async () => {
    const server = await open([tool('files.read/all', () => 'read')]);
    const model = api.models.plays(
      request => ({ toolCalls: [{ name: request.tools[0]?.name ?? '', arguments: {} }] }),
      { text: 'Done.' },
    );
    const { outputs } = await runTurn(api, { model, inputs: 'Read', tools: [mcpTool(server.url)] });
    expect(outputs[0]).toMatchObject({ name: 'files.read/all', info: { is_error: false } });
    expect(api.models.asked(model)[0]?.tools[0]?.name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });

  it('that every object has are counted like others', async () => {
    const names = ['constructor', '__proto__', 'toString'];
    const server = await open(names.map(name => tool(name, () => 'done')));
    const toolCalls = names.map(name => ({ name, arguments: {} }));
    const model = api.models.plays({ toolCalls }, { text: 'Done.' });
    const { usage } = await runTurn(api, { model, inputs: 'Go', tools: [mcpTool(server.url)] }, true);
    expect(Object.entries(record(usage['connectors']))).toEqual(names.map(name => [name, 1]));
  });

  it('that a model made up, and arguments that are none, are answered in words', async () => {
    const server = await open([tool('real', () => 'yes')]);
    const model = api.models.plays(
      {
        toolCalls: [
          { name: 'imagined', arguments: {} },
          { name: 'real', arguments: '{"half":' },
          { name: 'real', arguments: '[1]' },
          { name: 'real', arguments: '' },
        ],
      },
      { text: 'I see.' },
    );
    const { outputs } = await runTurn(api, { model, inputs: 'Go', tools: [mcpTool(server.url)] }, true);
    expect(namesOf(outputs)).toEqual(['imagined', 'real', 'real', 'real', 'message.output']);
    expect(outputs.slice(0, 4).map(entry => infoOf(entry)['code'])).toEqual([
      'unknown_tool',
      'invalid_arguments',
      'invalid_arguments',
      undefined,
    ]);
    expect(server.calls).toHaveLength(1);
  });
});

describe('include and exclude', () => {
  it.each([
    ['include', { include: ['b', 'nobody'] }, ['b']],
    ['include nothing', { include: [] }, []],
    ['exclude', { exclude: ['b'] }, ['a', 'c']],
    ['neither', {}, ['a', 'b', 'c']],
    ['null', { include: null, exclude: null, requires_confirmation: null }, ['a', 'b', 'c']],
  ] as const)('%s', async (_name, tool_configuration, expected) => {
    const server = await open(['a', 'b', 'c'].map(name => tool(name, () => name)));
    const model = api.models.plays({ text: 'Hello.' }, { text: 'Hello.' });
    await runTurn(api, { model, inputs: 'Hi', tools: [mcpTool(server.url, { tool_configuration })] });
    await runTurn(api, { model, inputs: 'Hi', tools: [{ ...mcpTool(server.url), tool_configuration }] });
    for (const asked of api.models.asked(model))
      expect(asked.tools.map(({ name }) => name)).toEqual(expected);
  });

  it('a model cannot call what was left out', async () => {
    const server = await open([tool('a', () => 'a'), tool('b', () => 'b')]);
    const model = api.models.plays({ toolCalls: [{ name: 'b', arguments: {} }] }, { text: 'No.' });
    const tools = [mcpTool(server.url, { tool_configuration: { exclude: ['b'] } })];
    const { outputs } = await runTurn(api, { model, inputs: 'Hi', tools });
    expect(infoOf(outputs[0])).toMatchObject({ is_error: true, code: 'unknown_tool' });
    expect(server.calls).toEqual([]);
  });
});

describe('results', () => {
  it('structured content reaches the caller as it is, and the model once', async () => {
    const server = await open([tool('data', () => ({ rows: [{ id: 1 }], marker: 'only-once' }))]);
    const model = modelThatCalls(api, 'data');
    const { outputs } = await runTurn(api, { model, inputs: 'Data', tools: [mcpTool(server.url)] }, true);
    expect(infoOf(outputs[0])['structured_content']).toEqual({ rows: [{ id: 1 }], marker: 'only-once' });
    const prompt = JSON.stringify(api.models.asked(model)[1]?.messages);
    expect(prompt.split('only-once')).toHaveLength(2);
  });

  it('an error of the tool itself is a result, not a failure', async () => {
    const broken = tool('fails', () => {
      throw new Error('The printer is out of paper.');
    });
    for (const openServer of [openSdkV1Server, openSdkV2Server, openRestServer] as readonly Open[]) {
      const server = await open([broken], openServer);
      const model = modelThatCalls(api, 'fails');
      const { outputs } = await runTurn(api, { model, inputs: 'Go', tools: [mcpTool(server.url)] });
      expect(infoOf(outputs[0])).toMatchObject({ is_error: true, status: 'done' });
      expect(infoText(record(outputs[0]))).toContain('out of paper');
      expect(outputs[1]?.['content']).toContain('out of paper');
    }
  });

  it('big ones come whole to the caller', async () => {
    const long = 'All work and no play. '.repeat(40_000);
    const server = await open([tool('long', () => long)]);
    const model = api.models.plays({ toolCalls: [{ name: 'long', arguments: {} }] }, { text: 'Long.' });
    const { outputs, conversationId } = await runTurn(
      api,
      { model, inputs: 'Go', tools: [mcpTool(server.url)] },
      true,
    );
    expect(infoText(record(outputs[0]))).toBe(long);
    expect(infoText(record((await readHistory(api, conversationId))[1]))).toBe(long);
  });

  it.each([
    ['NUL and half characters', 'a\0b \ud800 c'],
    ['what looks like a frame', 'event: x\ndata: y\n\nevent: conversation.response.done\ndata: {}\n\n'],
    ['line separators', 'a\u2028b\u2029c\r\nd'],
    ['nothing', ''],
  ])('odd text survives: %s', async (_name, odd) => {
    const server = await open([tool('odd', () => odd)]);
    const model = modelThatCalls(api, 'odd');
    const { outputs } = await runTurn(api, { model, inputs: 'Go', tools: [mcpTool(server.url)] }, true);
    expect(infoText(record(outputs[0]))).toBe(odd);
    expect(outputs.at(-1)?.['type']).toBe('message.output');
  });

  it.each([3_000, 100_000])('%i levels deep do not break the run', async depth => {
    const text = `{"success":true,"result":${'['.repeat(depth)}${']'.repeat(depth)},"error":null}`;
    const tools = '{"tools":[{"name":"deep","description":"","input_schema":{"type":"object"}}]}';
    // Written by hand: no stack makes such a text from a value.
    const server = await openHttpListener((request, response) => {
      const isList = request.url === '/mcp/v1/tools';
      const isCall = request.url === '/mcp/v1/tools/invoke';
      response.writeHead(isList || isCall ? 200 : 404, { 'content-type': 'application/json' });
      response.end(isList ? tools : isCall ? text : '{"detail":"Not Found"}');
    });
    opened.push(server);
    const model = modelThatCalls(api, 'deep');
    const body = { model, inputs: 'Go', tools: [mcpTool(server.origin)] };
    const { outputs } = await runTurn(api, body, true);
    expect(namesOf(outputs)).toEqual(['deep', 'message.output']);
    expect(infoOf(outputs[0])).toMatchObject({ is_error: true, code: 'protocol_error' });
    expect(infoText(record(outputs[0]))).toMatch(/too deep|200 levels/);
  });
});
