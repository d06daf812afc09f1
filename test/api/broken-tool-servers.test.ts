import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BROKEN_AT_CALL,
  BROKEN_EVERYWHERE,
  openBrokenServer,
  openHttpListener,
  openSdkV2Server,
  type BrokenDialect,
} from '@tramontane/testkit/tool-servers';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { mcpTool, modelThatCalls, namesOf, runTurn } from './run-turn.ts';
import { lastToolTexts } from './scripted-models.ts';
import { infoText, record, records, type Json } from './shapes.ts';

// Whatever a tool server does, the turn ends with words, and model and caller can read what went wrong.

let api: ApiServer;
const opened: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  api = await openApiServer();
});

afterAll(async () => {
  await api?.close();
  await Promise.all(opened.map(server => server.close()));
});

function open<T extends { close(): Promise<unknown> }>(server: T): T {
  opened.push(server);
  return server;
}

/** Waited for to the end of their time; for the others a short time would only make tests of it. */
const SILENT: readonly string[] = ['silent', 'call_silent', 'call_half_stream'];
const timeoutOf = (kind: string): number => (SILENT.includes(kind) ? 1 : 30);
const infoOf = (entry: Json | undefined): Json => record(entry?.['info']);

/** An address where somebody listened a moment ago. */
async function openNothing(): Promise<string> {
  const listener = await openHttpListener(() => undefined);
  await listener.close();
  return listener.origin;
}

async function openAct(): Promise<string> {
  const tools = [{ name: 'act', inputSchema: {}, handler: () => 'yes' }];
  return open(await openSdkV2Server({ tools })).url;
}

const away: readonly [string, () => Promise<string>][] = [
  ['nobody listens', openNothing],
  ['no such name', async () => 'http://no-such-host.invalid'],
  ...BROKEN_EVERYWHERE.map(
    kind => [kind, async () => open(await openBrokenServer(kind)).url] as [string, () => Promise<string>],
  ),
  ['list_error', async () => open(await openBrokenServer('list_error')).url],
];

// Side by side: most of them are waited for until their time is over.
describe.concurrent('a server without a list of tools', () => {
  it.each(away.flatMap(([kind, address]) => [false, true].map(stream => [kind, stream, address] as const)))(
    '%s, streamed: %s',
    async (kind, stream, address) => {
      const tools = [mcpTool(await address(), { timeout: timeoutOf(kind) })];
      const model = modelThatCalls(api, 'act');
      const { outputs } = await runTurn(api, { model, inputs: 'Act', tools }, stream);
      expect(namesOf(outputs)).toEqual(['list_tools', 'message.output']);
      expect(infoOf(outputs[0])).toMatchObject({ is_error: true, status: 'failed' });
      expect(infoText(record(outputs[0]))).toMatch(/\w+ .*\w+/);
    },
  );
});

// 2025 streamed as well; the other two differ from it in the connection only.
const atCall = BROKEN_AT_CALL.flatMap(kind =>
  (
    [
      ['mcp-2026', false],
      ['mcp-2025', false],
      ['mcp-2025', true],
      ['rest', false],
    ] as const
  ).map(
    ([dialect, stream]) =>
      [kind, dialect, stream] as [(typeof BROKEN_AT_CALL)[number], BrokenDialect, boolean],
  ),
);

describe.concurrent('a server that breaks when a tool is called', () => {
  it.each(atCall)('%s, %s, streamed: %s', async (kind, dialect, stream) => {
    const server = open(await openBrokenServer(kind, dialect));
    const model = modelThatCalls(api, 'act');
    const tools = [mcpTool(server.url, { timeout: timeoutOf(kind) })];
    const { outputs } = await runTurn(api, { model, inputs: 'Act', tools }, stream);
    expect(namesOf(outputs)).toEqual(['act', 'message.output']);
    expect(infoOf(outputs[0])).toMatchObject({
      is_error: true,
      // The call had left, so nobody knows what it did; of a result too large it is known that it came.
      status: kind === 'call_huge' ? expect.stringMatching(/^(done|unknown)$/) : 'unknown',
    });
    // Sent once, never again: what it did is not known.
    expect(server.calls).toEqual([{ name: 'act' }]);
    const told = infoText(record(outputs[0]));
    expect(told).toMatch(/\w+ .*\w+/);
    const second = api.models.asked(model)[1];
    expect(second && lastToolTexts(second).join()).toContain(told);
  });
});

describe('a server among others', () => {
  it.each([
    ['list_invalid', 'act'],
    ['list_endless', 'act_0'],
  ] as const)('%s: what is sound in its list is used', async (kind, name) => {
    const server = open(await openBrokenServer(kind));
    const model = modelThatCalls(api, name);
    const { outputs } = await runTurn(api, { model, inputs: 'Act', tools: [mcpTool(server.url)] });
    expect(namesOf(outputs)).toEqual([name, 'message.output']);
    expect(infoText(record(outputs[0]))).toBe('done');
  });

  it('that is away leaves the tools of the others', async () => {
    const tools = [mcpTool(await openNothing()), mcpTool(await openAct())];
    const model = modelThatCalls(api, 'act');
    const { outputs } = await runTurn(api, { model, inputs: 'Act', tools }, true);
    expect(namesOf(outputs)).toEqual(['list_tools', 'act', 'message.output']);
    expect(infoText(record(outputs[1]))).toBe('yes');
  });

  it('that went away between two turns: the call never left, and the result says so', async () => {
    const tools = [{ name: 'act', inputSchema: {}, handler: () => 'yes' }];
    const server = await openSdkV2Server({ tools, listTtlMs: 60_000 });
    const model = api.models.answers(request => {
      const told = lastToolTexts(request);
      return told.length > 0
        ? { text: told.join() }
        : { toolCalls: [{ name: request.tools[0]?.name ?? 'act', arguments: {} }] };
    });
    const { conversationId } = await runTurn(api, { model, inputs: 'Act', tools: [mcpTool(server.url)] });
    await server.close();
    const answer = await api.send('POST', `/v1/conversations/${conversationId}`, { inputs: 'Again' });
    const outputs = records(record(answer.json)['outputs']);
    expect(outputs.at(-1)?.['type']).toBe('message.output');
    expect(infoOf(outputs[0])).toMatchObject({ is_error: true, status: 'failed', code: 'unreachable' });
  });
});

it('an address that is not allowed: the result names the setting, and nothing is sent', async () => {
  const server = open(await openSdkV2Server({ tools: [] }));
  const strict = await openApiServer({ allow: '' });
  try {
    const model = strict.models.plays({ text: 'I cannot.' });
    for (const [address, advice] of [
      [server.url, 'TRAMONTANE_ALLOW_PRIVATE_NETWORKS'],
      [server.url.replace('127.0.0.1', 'localhost'), 'TRAMONTANE_ALLOW_PRIVATE_NETWORKS'],
      // How to open the metadata address of a cloud is for its operator to read, not for whoever asks.
      ['http://169.254.169.254/', 'docs/configuration.md'],
    ] as const) {
      const body = { model: 'offline', inputs: 'Act', tools: [mcpTool(address)] };
      const { outputs } = await runTurn(strict, body);
      expect(namesOf(outputs)[0]).toBe('list_tools');
      expect(infoText(record(outputs[0]))).toContain(advice);
    }
    expect(server.requests).toEqual([]);
    // The vendor is on this machine too: its address is the operator's, so it stays reachable.
    const { outputs } = await runTurn(strict, { model, inputs: 'Hi' });
    expect(outputs).toMatchObject([{ content: 'I cannot.' }]);
  } finally {
    await strict.close();
  }
});

it('the API itself is no tool server, also where every address of this machine is allowed', async () => {
  const port = Number(new URL(await openNothing()).port);
  const closed = await openApiServer({ port });
  try {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.0.0.2', '[::ffff:127.0.0.1]', '0.0.0.0']) {
      const tools = [mcpTool(`http://${host}:${port}/v1`)];
      const { outputs } = await runTurn(closed, { model: 'offline', inputs: 'Act', tools });
      expect(infoText(record(outputs[0]))).toMatch(/own|refused|not allowed/i);
    }
    // Asked by nobody: the only requests in the log are those of this test.
    const paths = [...closed.log().matchAll(/"url":"([^"]*)"/g)].map(([, path]) => path);
    expect(new Set(paths)).toEqual(new Set(['/v1/conversations']));
  } finally {
    await closed.close();
  }
});
