import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { openWhoami, type Whoami } from './open-whoami.ts';
import { modelThatCalls } from './run-turn.ts';
import { record, text, type Json } from './shapes.ts';

let api: ApiServer;
let [here, elsewhere]: Whoami[] = [];
let [ann, bob]: [string, string] = ['', ''];
const blue = { organization: 'acme', workspace: 'blue' } as const;
const TOKEN = 'token-for-here-only';

beforeAll(async () => {
  [api, here, elsewhere] = await Promise.all([openApiServer(), openWhoami(), openWhoami()]);
  ann = await api.makeKey({ ...blue, user: 'ann', role: 'member' });
  bob = await api.makeKey({ ...blue, user: 'bob', role: 'member' });
});
afterAll(async () => {
  await Promise.all([api?.close(), here?.close(), elsewhere?.close()]);
});

async function ask(key: string, method: string, path: string, body?: Json): Promise<Json> {
  const answer = await api.send(method, path, body, { authorization: `Bearer ${key}` });
  if (answer.status >= 300) throw new Error(answer.text);
  return answer.json === undefined ? {} : record(answer.json);
}

const makeConnector = (key: string, name: string, server: string, rest: Json = {}) =>
  ask(key, 'POST', '/v1/connectors', { name, description: 'd', server, ...rest });

async function makeAgent(connector_id: string): Promise<string> {
  const tool = { type: 'connector', connector_id, authorization: { type: 'oauth2-token', value: TOKEN } };
  const body = { name: 'a', model: modelThatCalls(api, 'whoami'), tools: [tool] };
  return text((await ask(ann, 'POST', '/v1/agents', body))['id']);
}

const run = async (key: string, agent_id: string) =>
  JSON.stringify(await ask(key, 'POST', '/v1/conversations', { agent_id, inputs: 'Go' }));

it('an authorization given with a tool goes where its connector was', async () => {
  await makeConnector(ann, 'same', here?.url ?? '');
  expect(await run(bob, await makeAgent('same'))).toContain(`Bearer ${TOKEN}`);
});

it('never goes to another server that has the name later', async () => {
  const { id } = await makeConnector(ann, 'again', here?.url ?? '');
  const agent = await makeAgent('again');
  await ask(ann, 'DELETE', `/v1/connectors/${text(id)}`);
  await makeConnector(bob, 'again', elsewhere?.url ?? '');
  expect(await run(ann, agent)).toContain('I have no such tool.');
  expect(elsewhere?.seen.join()).not.toContain(TOKEN);
});

it('nor to where the connector moved, nor to another user’s own connector of that name', async () => {
  const { id } = await makeConnector(ann, 'moves', here?.url ?? '');
  const agent = await makeAgent('moves');
  await makeConnector(bob, 'moves', elsewhere?.url ?? '', { visibility: 'private' });
  expect(await run(bob, agent)).toContain('I have no such tool.');
  await ask(ann, 'PATCH', `/v1/connectors/${text(id)}`, { server: elsewhere?.url });
  expect(await run(ann, agent)).toContain('I have no such tool.');
  expect(elsewhere?.seen.join()).not.toContain(TOKEN);
});

it('cannot be given for a connector that is not there', async () => {
  const tool = {
    type: 'connector',
    connector_id: 'nowhere',
    authorization: { type: 'api-key', value: TOKEN },
  };
  const body = { name: 'a', model: 'm', tools: [tool] };
  expectError(await api.send('POST', '/v1/agents', body, { authorization: `Bearer ${ann}` }), 404);
});
