import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { unansweredCallListSchema, unansweredCallSchema } from '@tramontane/wire';
import { expectError } from './expect-error.ts';
import { openGate, type Gate } from './gate.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { readHistory } from './run-turn.ts';
import { lastToolTexts } from './scripted-models.ts';
import { infoText, record, records, text, type Json } from './shapes.ts';
import { runCalls } from '../../packages/tramontane/src/calls.ts';

let api: ApiServer;
let tools: ToolServer;
/** What the next call of a tool does: it tells that it arrived, and hangs or answers. */
let next: { arrived: Gate; hangs: boolean };
let effects: string[];

beforeAll(async () => {
  const handler = async (name: string, key: string | undefined, signal: AbortSignal) => {
    if (!effects.includes(String(key))) effects.push(String(key));
    next.arrived.open();
    if (next.hangs) await new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
    return `${name} done`;
  };
  tools = await openSdkV2Server({
    tools: [
      {
        name: 'book',
        inputSchema: { properties: { n: { type: 'number' } } },
        meta: { 'io.tramontane/idempotent': true },
        handler: (_args, call) => handler('book', call.idempotencyKey, call.signal),
      },
      {
        name: 'mail',
        inputSchema: {},
        handler: (_args, call) => handler('mail', call.idempotencyKey, call.signal),
      },
    ],
  });
  api = await openApiServer({ trusted: tools.origin });
  await api.send('POST', '/v1/connectors', { name: 'shop', description: 'd', server: tools.url });
});
afterAll(async () => {
  await Promise.all([api?.close(), tools?.close()]);
});

/** A conversation whose turn was cancelled while the tool was at work. */
async function leaveUnanswered(tool: string) {
  effects = [];
  next = { arrived: openGate(), hangs: true };
  const model = api.models.plays({ toolCalls: [{ name: tool, arguments: { n: 1 } }] }, request => ({
    text: `Told: ${lastToolTexts(request).join()}`,
  }));
  const body = { model, inputs: 'Go', tools: [{ type: 'connector', connector_id: 'shop' }] };
  const turn = api.send('POST', '/v1/conversations', body);
  await next.arrived.passed;
  const [row] = await api.query('select id from tramontane.conversations order by created_at desc limit 1');
  const conversationId = text(row?.['id']);
  await api.send('POST', `/v1/conversations/${conversationId}/cancel`);
  expectError(await turn, 409);
  const path = `/v1/conversations/${conversationId}`;
  const [call] = await listOf(`${path}/unanswered_calls`);
  return {
    conversationId,
    path,
    call: call ?? {},
    callPath: `${path}/unanswered_calls/${text(call?.['tool_call_id'])}`,
  };
}

async function listOf(path: string): Promise<Json[]> {
  const answer = await api.send('GET', path);
  if (answer.status !== 200) throw new Error(answer.text);
  expect(unansweredCallListSchema.safeParse(answer.json).error).toBeUndefined();
  return records(record(answer.json)['data']);
}

it('a call of which nobody knows is listed, settled by a person once, and the model reads what they say', async () => {
  const { conversationId, path, call, callPath } = await leaveUnanswered('mail');
  expect(call).toMatchObject({
    conversation_id: conversationId,
    connector_name: 'shop',
    tool_name: 'mail',
    arguments: '{"n":1}',
    can_be_checked: false,
    settlement: null,
  });
  expect(await listOf('/v1/unanswered_calls')).toContainEqual(call);
  // Nobody but a person can tell, and nothing is sent to find out.
  expectError(await api.send('POST', `${callPath}/check`), 400);
  expectError(await api.send('POST', callPath, { verdict: 'answered' }), 422);
  expectError(await api.send('POST', `${path}/unanswered_calls/Zzzzzzzzz`, { verdict: 'ran' }), 404);

  const settled = await api.send('POST', callPath, { verdict: 'ran', note: 'The mail is in the outbox.' });
  expect(unansweredCallSchema.safeParse(settled.json).error).toBeUndefined();
  expect(settled.json).toMatchObject({ settlement: { verdict: 'ran', note: 'The mail is in the outbox.' } });
  expect((await api.send('POST', callPath, { verdict: 'ran' })).json).toEqual(settled.json);
  expectError(await api.send('POST', callPath, { verdict: 'did_not_run' }), 422);
  expect(await listOf(`${path}/unanswered_calls`)).toEqual([]);
  expect(await listOf(`${path}/unanswered_calls?settled=true`)).toEqual([settled.json]);

  const execution = (await readHistory(api, conversationId))[1] ?? {};
  expect(execution).toMatchObject({ info: { status: 'done', code: 'settled', is_error: false } });
  expect(infoText(execution)).toMatch(/tool ran\. They say: The mail is in the outbox\./);
  const [words] = records(record((await api.send('POST', path, {})).json)['outputs']);
  expect(words).toMatchObject({ content: expect.stringMatching(/^Told: .*outbox/) as string });
  expect(effects).toHaveLength(1);
  expect(tools.calls.filter(({ name }) => name === 'mail')).toHaveLength(1);
});

it('a server that takes keys and is trusted is asked again under the same key', async () => {
  const { conversationId, call, callPath } = await leaveUnanswered('book');
  expect(call).toMatchObject({ tool_name: 'book', can_be_checked: true });
  next = { arrived: openGate(), hangs: false };
  const checked = await api.send('POST', `${callPath}/check`);
  expect(checked.json).toMatchObject({ settlement: { verdict: 'answered' } });
  // Under one key the tool has acted once.
  expect(effects).toHaveLength(1);
  expect(infoText((await readHistory(api, conversationId))[1] ?? {})).toBe('book done');
  expect((await api.send('POST', `${callPath}/check`)).json).toEqual(checked.json);
  expectError(await api.send('POST', callPath, { verdict: 'did_not_run' }), 422);
});

it('the command lists them, and settles them', async () => {
  const { conversationId, call } = await leaveUnanswered('mail');
  const { port } = new URL(api.url);
  const environment = {
    TRAMONTANE_PORT: port,
    TRAMONTANE_API_KEYS: api.key,
    TRAMONTANE_DATA: api.dataFolder,
  };
  const run = async (command: Parameters<typeof runCalls>[0]) => {
    const said: string[] = [];
    const told = (words: string) => void said.push(words);
    const code = await runCalls(command, environment, {
      out: told,
      say: told,
      width: Number.POSITIVE_INFINITY,
    });
    return { code, text: said.join('\n') };
  };
  const list = { kind: 'calls-list', settled: false, json: false } as const;
  expect((await run(list)).text).toContain(conversationId);
  const named = { conversation: conversationId, call: text(call['tool_call_id']) };
  await expect(run({ kind: 'calls-check', ...named })).rejects.toThrow(/cannot tell/);
  expect(await run({ kind: 'calls-settle', ...named, verdict: 'did_not_run', note: null })).toMatchObject({
    code: 0,
    text: expect.stringContaining('did_not_run') as string,
  });
  expect((await run(list)).text).not.toContain(conversationId);
});
