import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { mcpTool, modelThatCalls, namesOf, runTurn } from './run-turn.ts';
import { infoText, record, records, text, type Json } from './shapes.ts';

let api: ApiServer;
let tools: ToolServer;
const TOKEN = 'tok-of-the-inline-server';

beforeAll(async () => {
  api = await openApiServer();
  tools = await openSdkV2Server({
    bearerToken: TOKEN,
    tools: [{ name: 'whoami', inputSchema: {}, handler: () => 'the owner of the token' }],
  });
});

afterAll(async () => {
  await api?.close();
  await tools?.close();
});

/** Each test has an address of its own, so that none finds another's connector. */
const guarded = (test: string): Json =>
  mcpTool(`${tools.url}?test=${test}`, { auth: { type: 'bearer', token: TOKEN } });

const connectors = () => api.query('select id, name, inline_key from tramontane.connectors');

async function expectGone(id: string): Promise<void> {
  expectError(await api.send('GET', `/v1/connectors/${id}`), 404);
  expectError(await api.send('GET', `/v1/connectors/${id}/tools`), 404);
  expectError(await api.send('POST', `/v1/connectors/${id}/tools/whoami/call`, { arguments: {} }), 404);
  const row = await api.query('select 1 from tramontane.connectors where id = $1', [id]);
  expect(row).toEqual([]);
}

it.each([false, true])('a turn with store:false leaves no connector behind, streamed: %s', async stream => {
  const before = await connectors();
  const model = modelThatCalls(api, 'whoami');
  const body = {
    model,
    inputs: 'Who?',
    tools: [guarded(`unstored-${String(stream)}`)],
    store: false,
    stream,
  };
  const answer = await api.send('POST', '/v1/conversations', body);
  expect(answer.status).toBe(200);
  // It worked: the model was told what only the holder of the token hears.
  expect(answer.text).toContain('the owner of the token');
  expect(await connectors()).toEqual(before);
  const ids = answer.text.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [];
  for (const id of new Set(ids)) await expectGone(id);
});

it('a request that is refused leaves no connector behind', async () => {
  const before = await connectors();
  const refused = [guarded('refused'), { type: 'web_search' }];
  expect((await api.send('POST', '/v1/agents', { model: 'm', name: 'A', tools: refused })).status).toBe(400);
  const body = { model: 'm', inputs: '', tools: [guarded('refused')] };
  expect((await api.send('POST', '/v1/conversations', body)).status).toBe(422);
  expect(await connectors()).toEqual(before);
});

it('an inline connector goes with its agent, and comes back with a new one', async () => {
  const model = modelThatCalls(api, 'whoami');
  const create = async () => {
    const answer = await api.send('POST', '/v1/agents', { model, name: 'A', tools: [guarded('agent')] });
    const agent = record(answer.json);
    return { id: text(agent['id']), connector: text(records(agent['tools'])[0]?.['connector_id']) };
  };
  const first = await create();
  expect((await api.send('GET', `/v1/connectors/${first.connector}`)).status).toBe(200);
  expect((await api.send('DELETE', `/v1/agents/${first.id}`)).status).toBe(204);
  await expectGone(first.connector);
  const second = await create();
  const { outputs } = await runTurn(api, { agent_id: second.id, inputs: 'Who am I?' });
  expect(namesOf(outputs)).toEqual(['whoami', 'message.output']);
  expect(infoText(record(outputs[0]))).toBe('the owner of the token');
});

it('an inline connector goes with the last conversation that names it', async () => {
  const before = await connectors();
  const start = async () => {
    const model = modelThatCalls(api, 'whoami');
    const body = { model, inputs: 'Who am I?', tools: [guarded('conversation')] };
    const { conversationId, outputs } = await runTurn(api, body);
    expect(infoText(record(outputs[0]))).toBe('the owner of the token');
    return conversationId;
  };
  const [one, two] = [await start(), await start()];
  const made = (await connectors()).filter(row => !before.some(({ id }) => id === row['id']));
  expect(made).toHaveLength(1);
  const id = text(made[0]?.['id']);
  await api.send('DELETE', `/v1/conversations/${one}`);
  expect((await api.send('GET', `/v1/connectors/${id}`)).status).toBe(200);
  const appended = await api.send('POST', `/v1/conversations/${two}`, { inputs: 'And now?' });
  expect(appended.status).toBe(200);
  await api.send('DELETE', `/v1/conversations/${two}`);
  await expectGone(id);
});
