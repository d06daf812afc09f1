import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { mcpTool, readHistory, runTurn } from './run-turn.ts';
import { record, records, text, type Json } from './shapes.ts';

let api: ApiServer;
let server: ToolServer;

beforeAll(async () => {
  [api, server] = await Promise.all([
    openApiServer(),
    openSdkV2Server({ tools: [{ name: 'look.up/it', inputSchema: {}, handler: () => 'found' }] }),
  ]);
});

afterAll(async () => {
  await Promise.all([api?.close(), server?.close()]);
});

async function create(body: Json): Promise<string> {
  const answer = await api.send('POST', '/v1/agents', { model: 'offline', name: 'A', ...body });
  if (answer.status !== 200) throw new Error(answer.text);
  return text(record(answer.json)['id']);
}

describe('versions', () => {
  it.each(['99999999999', '9007199254740991', 'nightly', '-1', '1.5'])('%s is not there', async version => {
    const id = await create({});
    for (const path of [
      `/v1/agents/${id}?agent_version=${version}`,
      `/v1/agents/${id}/versions/${version}`,
    ]) {
      const answer = await api.send('GET', path);
      expectError(answer, answer.status === 422 ? 422 : 404);
    }
    const agent_version = Number.isNaN(Number(version)) ? version : Number(version);
    const started = await api.send('POST', '/v1/conversations', {
      agent_id: id,
      agent_version,
      inputs: 'Hi',
    });
    expectError(started, started.status === 422 ? 422 : 404);
  });

  it('of parallel updates follow one another, and none is lost', async () => {
    const id = await create({});
    const updates = Array.from({ length: 8 }, (_, n) =>
      api.send('PATCH', `/v1/agents/${id}`, { description: `d${n}` }),
    );
    const versions = (await Promise.all(updates)).map(({ json }) => Number(record(json)['version']));
    expect(versions.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('are pinned by a conversation that names one; the others follow the agent', async () => {
    const model = api.models.answers(request => ({ text: JSON.stringify(request.messages[0]) }));
    const id = await create({ model, instructions: 'Speak old.' });
    const pinned = await runTurn(api, { agent_id: id, agent_version: 0, inputs: 'Hi' });
    const loose = await runTurn(api, { agent_id: id, inputs: 'Hi' });
    await api.send('PATCH', `/v1/agents/${id}`, { instructions: 'Speak new.' });
    for (const [turn, expected] of [
      [pinned, 'Speak old.'],
      [loose, 'Speak new.'],
    ] as const) {
      const path = `/v1/conversations/${turn.conversationId}`;
      const answer = await api.send('POST', path, { inputs: 'Again' });
      expect(text(records(record(answer.json)['outputs'])[0]?.['content'])).toContain(expected);
    }
  });
});

it('texts that PostgreSQL cannot read back are refused, or one would break every list', async () => {
  for (const odd of ['\ud800', '\0']) {
    const url = `${server.url}?${odd}`;
    const agent = { model: 'offline', name: 'A' };
    const start = { model: 'offline', inputs: 'Hi' };
    const connector = { name: 'odd', description: 'd', server: server.url };
    for (const [path, body] of [
      ['/v1/conversations', { ...start, metadata: { a: odd } }],
      ['/v1/conversations', { ...start, tools: [mcpTool(url)] }],
      ['/v1/agents', { ...agent, metadata: { a: [{ [odd]: 1 }] } }],
      ['/v1/agents', { ...agent, instructions: odd }],
      ['/v1/agents', { ...agent, tools: [mcpTool(url)] }],
      ['/v1/connectors', { ...connector, description: odd }],
      ['/v1/connectors', { ...connector, server: url }],
    ] as const) {
      expectError(await api.send('POST', path, body), 422);
    }
  }
  expect((await api.send('GET', '/v1/agents?name=A')).status).toBe(200);
  expect((await api.send('GET', '/v1/connectors')).status).toBe(200);
  expect((await api.send('GET', `/v1/agents?metadata=${encodeURIComponent('{"a":1}')}`)).status).toBe(200);
});

describe('a turn', () => {
  it('takes the entries of another history as its inputs', async () => {
    const call = api.models.plays(
      { toolCalls: [{ name: 'look_up_it', arguments: {} }] },
      { text: 'First.' },
      { text: 'Second.' },
    );
    const tools = [mcpTool(server.url), mcpTool('http://127.0.0.1:9')];
    const first = await runTurn(api, { model: call, inputs: 'Go', tools });
    const entries = await readHistory(api, first.conversationId);
    expect(entries.map(({ type }) => type)).toEqual([
      'message.input',
      'tool.execution',
      'tool.execution',
      'message.output',
    ]);
    const inputs = [...entries, { role: 'user', content: 'And now?' }];
    const { conversationId } = await runTurn(api, { model: call, inputs });
    const again = await readHistory(api, conversationId);
    expect(again.map(({ type, info }) => [type, info])).toEqual([
      ...entries.map(({ type, info }) => [type, info]),
      ['message.input', undefined],
      ['message.output', undefined],
    ]);
    // Ids are the server's own: those of a caller may be taken.
    expect(again[0]?.['id']).not.toBe(entries[0]?.['id']);
    expect(JSON.stringify(api.models.asked(call)[2]?.messages)).toContain('found');
  });

  it('refuses a connector that is given twice: whose credentials would a call take?', async () => {
    await api.send('POST', '/v1/connectors', { name: 'twice', description: 'd', server: server.url });
    const tool = { type: 'connector', connector_id: 'twice' };
    const one = { ...tool, authorization: { type: 'api-key', value: 'one' } };
    const two = { ...tool, authorization: { type: 'api-key', value: 'two' } };
    for (const tools of [
      [one, two],
      [mcpTool(server.url), mcpTool(server.url)],
    ]) {
      expectError(await api.send('POST', '/v1/agents', { model: 'offline', name: 'A', tools }), 422);
    }
  });
});

describe('connectors', () => {
  it('have names of their own: the same again is 409, also by an update', async () => {
    const make = (name: string) =>
      api.send('POST', '/v1/connectors', { name, description: 'd', server: server.url });
    const id = text(record((await make('unique')).json)['id']);
    expectError(await make('unique'), 409);
    await make('unique_two');
    const renamed = await api.send('PATCH', `/v1/connectors/${id}`, { protocol: 'mcp', name: 'unique_two' });
    expectError(renamed, 409);
    const fine = await api.send('PATCH', `/v1/connectors/${id}`, {
      protocol: 'mcp',
      title: 'T',
      name: 'unique_3',
    });
    expect(fine.json).toMatchObject({ id, name: 'unique_3', title: 'T', server: server.url });
  });
});
