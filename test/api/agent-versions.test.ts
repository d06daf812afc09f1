import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { runTurn } from './run-turn.ts';
import { record, records, text, type Json } from './shapes.ts';

// Versions, aliases and pages of agents: API reference, agents.

let api: ApiServer;

beforeAll(async () => {
  api = await openApiServer();
});

afterAll(async () => {
  await api?.close();
});

async function create(body: Json = {}, updates: readonly Json[] = []): Promise<string> {
  const answer = await api.send('POST', '/v1/agents', { model: 'offline', name: 'A', ...body });
  if (answer.status !== 200) throw new Error(answer.text);
  const id = text(record(answer.json)['id']);
  for (const update of updates) await api.send('PATCH', `/v1/agents/${id}`, update);
  return id;
}

describe('switching the version', () => {
  it.each([
    ['in the query, as the SDKs do', '?version=0', undefined],
    ['in the body, as the documentation does', '', { version: 0 }],
  ])('%s', async (_how, query, body) => {
    const id = await create({ instructions: 'One' }, [{ instructions: 'Two' }]);
    const before = record((await api.send('GET', `/v1/agents/${id}`)).json);
    const { status, json } = await api.send('PATCH', `/v1/agents/${id}/version${query}`, body);
    expect(status).toBe(200);
    expect(json).toMatchObject({ version: 0, versions: [0, 1], instructions: 'One' });
    expect(Date.parse(text(record(json)['updated_at']))).toBeGreaterThan(
      Date.parse(text(before['updated_at'])),
    );
    // The next update is made from the version that is current, and gets a number nobody had.
    const next = await api.send('PATCH', `/v1/agents/${id}`, { name: 'B' });
    expect(next.json).toMatchObject({ version: 2, versions: [0, 1, 2], instructions: 'One', name: 'B' });
  });

  it('to one that is not there is 404, without one 422', async () => {
    const id = await create();
    expectError(await api.send('PATCH', `/v1/agents/${id}/version?version=1`), 404);
    expectError(await api.send('PATCH', `/v1/agents/${id}/version?version=99999999999`), 404);
    expectError(await api.send('PATCH', `/v1/agents/${id}/version`), 422);
    expectError(await api.send('PATCH', `/v1/agents/${id}/version`, { version: 'production' }), 422);
    expectError(await api.send('PATCH', '/v1/agents/ag_nobody/version?version=0'), 404);
  });
});

describe('aliases', () => {
  it('are set, moved, listed, read wherever a version is, and removed', async () => {
    const model = api.models.answers(({ messages }) => ({ text: JSON.stringify(messages[0]) }));
    const id = await create({ model, instructions: 'Speak old.' }, [{ instructions: 'Speak new.' }]);
    const path = `/v1/agents/${id}`;
    const put = await api.send('PUT', `${path}/aliases?alias=production&version=0`);
    expect(put).toMatchObject({ status: 200, json: { alias: 'production', version: 0 } });
    await api.send('PUT', `${path}/aliases?alias=a-b_9&version=1`);

    expect((await api.send('GET', `${path}?agent_version=production`)).json).toMatchObject({ version: 0 });
    expect((await api.send('GET', `${path}/versions/production`)).json).toMatchObject({ version: 0 });
    const turn = { agent_id: id, agent_version: 'production', inputs: 'Hi' };
    const first = await runTurn(api, turn);
    expect(text(first.outputs[0]?.['content'])).toContain('Speak old.');

    const moved = record((await api.send('PUT', `${path}/aliases?alias=production&version=1`)).json);
    expect(moved).toMatchObject({ version: 1, created_at: record(put.json)['created_at'] });
    const again = await api.send('POST', `/v1/conversations/${first.conversationId}`, { inputs: 'Hi' });
    expect(text(records(record(again.json)['outputs'])[0]?.['content'])).toContain('Speak new.');
    const stored = await api.send('GET', `/v1/conversations/${first.conversationId}`);
    expect(stored.json).toMatchObject({ agent_version: 'production' });

    const list = records((await api.send('GET', `${path}/aliases`)).json);
    expect(list.map(({ alias, version }) => [alias, version])).toEqual([
      ['a-b_9', 1],
      ['production', 1],
    ]);
    expect((await api.send('DELETE', `${path}/aliases?alias=production`)).status).toBe(204);
    expectError(await api.send('DELETE', `${path}/aliases?alias=production`), 404);
    expectError(await api.send('GET', `${path}?agent_version=production`), 404);
    expectError(await api.send('POST', '/v1/conversations', turn), 404);
  });

  it('belong to one agent, and go with it', async () => {
    const [one, other] = [await create(), await create()];
    await api.send('PUT', `/v1/agents/${one}/aliases?alias=live&version=0`);
    expectError(await api.send('GET', `/v1/agents/${other}?agent_version=live`), 404);
    expect((await api.send('GET', `/v1/agents/${other}/aliases`)).json).toEqual([]);
    await api.send('DELETE', `/v1/agents/${one}`);
    expectError(await api.send('GET', `/v1/agents/${one}/aliases`), 404);
    const left = await api.query('select alias from tramontane.agent_aliases where agent_id = $1', [one]);
    expect(left).toEqual([]);
  });

  it.each([
    ['of no version', 'alias=live&version=7', 404],
    ['of a number no column holds', 'alias=live&version=99999999999', 404],
    ['with a capital', 'alias=Live&version=0', 422],
    ['that begins with a digit', 'alias=0live&version=0', 422],
    ['that ends with a dash', 'alias=live-&version=0', 422],
    ['of 65 letters', `alias=${'a'.repeat(65)}&version=0`, 422],
    ['without a name', 'version=0', 422],
    ['without a version', 'alias=live', 422],
  ])('%s are refused', async (_what, query, status) => {
    const id = await create();
    expectError(await api.send('PUT', `/v1/agents/${id}/aliases?${query}`), status);
    expect((await api.send('GET', `/v1/agents/${id}/aliases`)).json).toEqual([]);
  });
});

describe('handoffs', () => {
  it('name agents that are there, are stored, and cleared by null', async () => {
    const target = await create();
    const id = await create({ handoffs: [target] });
    expect((await api.send('GET', `/v1/agents/${id}`)).json).toMatchObject({ handoffs: [target] });
    // What was there once may come back with an update, also when the other agent has been removed.
    await api.send('DELETE', `/v1/agents/${target}`);
    const kept = await api.send('PATCH', `/v1/agents/${id}`, { name: 'B', handoffs: [target] });
    expect(kept.json).toMatchObject({ name: 'B', handoffs: [target] });
    expectError(await api.send('PATCH', `/v1/agents/${id}`, { handoffs: ['ag_nobody'] }), 404);
    expectError(await api.send('PATCH', `/v1/agents/${id}`, { handoffs: [] }), 422);
    expect((await api.send('PATCH', `/v1/agents/${id}`, { handoffs: null })).json).toMatchObject({
      handoffs: null,
    });
  });
});

describe('pages', () => {
  it('neither lose nor repeat an agent when others come and go between them', async () => {
    const lot = crypto.randomUUID();
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) ids.push(await create({ name: `P${n}`, metadata: { lot } }));
    const metadata = encodeURIComponent(JSON.stringify({ lot }));
    const page = async (token?: string) => {
      const more = token === undefined ? '' : `&page_token=${token}`;
      return record((await api.send('GET', `/v1/agents/pages?page_size=3&metadata=${metadata}${more}`)).json);
    };
    const first = await page();
    await api.send('DELETE', `/v1/agents/${ids[0] ?? ''}`);
    const late = await create({ name: 'late', metadata: { lot } });
    const second = await page(text(first['next_page_token']));
    const third = await page(text(second['next_page_token']));
    expect(third['next_page_token']).toBeNull();
    const seen = [first, second, third].flatMap(({ data }) => records(data).map(agent => agent['id']));
    expect(seen).toEqual([...ids, late]);
    expectError(await api.send('GET', '/v1/agents/pages?page_token=nonsense'), 422);
  });

  it('are walked to the end by the official client', async () => {
    const lot = crypto.randomUUID();
    for (let n = 0; n < 5; n += 1) await create({ name: `S${n}`, metadata: { lot } });
    const seen: string[] = [];
    for await (const page of await api.sdk.beta.agents.listPages({ pageSize: 2, metadata: { lot } })) {
      seen.push(...page.result.data.map(({ name }) => name));
    }
    expect(seen).toEqual(['S0', 'S1', 'S2', 'S3', 'S4']);
  });
});
