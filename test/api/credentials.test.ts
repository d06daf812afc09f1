import { Mistral } from '@mistralai/mistralai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unknownParts } from '../../packages/wire/src/testing/canned-client.ts';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { openWhoami, type Whoami } from './open-whoami.ts';
import { modelThatCalls } from './run-turn.ts';
import { eventually, record, records, text, type Json } from './shapes.ts';

let api: ApiServer;
let server: Whoami;
/** Members of one workspace, and its admin. */
let [ann, bob, admin]: [string, string, string] = ['', '', ''];
const blue = { organization: 'acme', workspace: 'blue', role: 'member' } as const;

beforeAll(async () => {
  [api, server] = await Promise.all([openApiServer(), openWhoami()]);
  ann = await api.makeKey({ ...blue, user: 'ann' });
  bob = await api.makeKey({ ...blue, user: 'bob' });
  admin = await api.makeKey({ ...blue, user: 'boss', role: 'organization_admin' });
});
afterAll(async () => {
  await Promise.all([api?.close(), server?.close()]);
});

const as = (key: string) => ({ authorization: `Bearer ${key}` });
const client = (apiKey: string) => new Mistral({ serverURL: api.url, apiKey }).beta.connectors;

async function makeConnector(name: string, rest: Json = {}): Promise<string> {
  const made = await api.send(
    'POST',
    '/v1/connectors',
    { name, description: 'd', server: server.url, ...rest },
    as(ann),
  );
  if (made.status !== 201) throw new Error(made.text);
  return text(record(made.json)['id']);
}

const store = async (key: string, connector: string, body: Json, level = 'user', method = 'POST') =>
  await api.send(method, `/v1/connectors/${connector}/${level}/credentials`, body, as(key));

async function whoami(key: string, connector: string, credentialsName?: string): Promise<string> {
  const query = credentialsName === undefined ? '' : `?credentials_name=${credentialsName}`;
  const answer = await api.send('POST', `/v1/connectors/${connector}/tools/whoami/call${query}`, {}, as(key));
  return answer.status === 200 ? text(records(record(answer.json)['content'])[0]?.['text']) : answer.text;
}

const bearer = (name: string, token: string, rest: Json = {}): Json => ({
  name,
  credentials: { bearer_token: token },
  ...rest,
});

it('the official client stores, lists, changes and deletes them, and never gets a secret back', async () => {
  await makeConnector('sdk');
  const by = { connectorIdOrName: 'sdk' };
  const connectors = client(ann);
  const made = await connectors.createCredentials({
    ...by,
    consumerScope: 'user',
    credentialsCreateOrUpdate: { name: 'main', title: 'Mine', credentials: { bearerToken: 'tok-secret-1' } },
  });
  expect(made.message).toContain('main');
  await connectors.updateCredentials({
    ...by,
    consumerScope: 'user',
    credentialsCreateOrUpdate: { name: 'main', credentials: { headers: { 'X-API-Key': 'tok-secret-2' } } },
  });
  await connectors.createCredentials({
    ...by,
    consumerScope: 'user',
    credentialsCreateOrUpdate: {
      name: 'machine',
      credentials: {
        oauth: { grantType: 'client_credentials', clientId: 'id', clientSecret: 'tok-secret-3' },
      },
    },
  });
  const listed = await connectors.listUserCredentials(by);
  expect(unknownParts(listed)).toEqual([]);
  expect(listed.credentials).toMatchObject([
    {
      name: 'main',
      title: 'Mine',
      authenticationType: 'bearer',
      scope: 'user',
      isDefault: true,
      creatorId: 'ann',
    },
    { name: 'machine', title: null, authenticationType: 'oauth2', scope: 'user', isDefault: true },
  ]);
  expect(listed.connectorPresetCredentialsForAuth).toEqual(['none']);
  expect((await connectors.listUserCredentials({ ...by, authType: 'oauth2' })).credentials).toHaveLength(1);
  expect((await client(bob).listUserCredentials(by)).credentials).toEqual([]);
  expect((await connectors.listWorkspaceCredentials(by)).credentials).toEqual([]);
  await connectors.deleteUserCredentials({ ...by, credentialsName: 'machine' });
  await expect(connectors.deleteUserCredentials({ ...by, credentialsName: 'machine' })).rejects.toMatchObject(
    {
      statusCode: 404,
    },
  );
  expect((await connectors.deleteAllUserCredentials(by)).message).toBe('1 credentials deleted.');
  for (const place of [
    api.answered(),
    api.log(),
    JSON.stringify(await api.query('select * from tramontane.connector_credentials')),
  ])
    expect(place).not.toContain('tok-secret');
});

/** Those of the user; a star before the defaults. */
async function names(key: string, connector: string): Promise<string[]> {
  const { credentials } = await client(key).listUserCredentials({ connectorIdOrName: connector });
  return credentials.map(({ name, isDefault }) => (isDefault ? `*${name}` : name));
}

describe('which ones sign in', () => {
  it('named ones, then the default of user, workspace and organization, then the connector itself', async () => {
    await makeConnector('levels', { headers: { Authorization: 'Bearer own', 'X-API-Key': 'k' } });
    expect(await whoami(ann, 'levels')).toBe('whoami: Bearer own, key k');
    const admins = client(admin);
    for (const [scope, name] of [
      ['organization', 'org'],
      ['workspace', 'ws'],
    ] as const) {
      await admins.createCredentials({
        connectorIdOrName: 'levels',
        consumerScope: scope,
        credentialsCreateOrUpdate: { name, credentials: { bearerToken: `of-${name}` } },
      });
      expect(await whoami(ann, 'levels')).toBe(`whoami: Bearer of-${name}, key k`);
    }
    await store(ann, 'levels', bearer('mine', 'of-ann'));
    await store(ann, 'levels', bearer('other', 'of-ann-2', { is_default: null }));
    expect(await whoami(ann, 'levels')).toBe('whoami: Bearer of-ann, key k');
    expect(await whoami(bob, 'levels')).toBe('whoami: Bearer of-ws, key k');
    expect(await whoami(ann, 'levels', 'other')).toBe('whoami: Bearer of-ann-2, key k');
    expect(await whoami(ann, 'levels', 'org')).toBe('whoami: Bearer of-org, key k');
    expect(await whoami(bob, 'levels', 'mine')).toContain('has no credentials \\"mine\\"');
    const tools = await client(ann).listTools({
      connectorIdOrName: 'levels',
      credentialsName: 'other',
      refresh: true,
    });
    expect(tools.map(({ name }) => name)).toEqual(['whoami', 'act']);
    expect(server.seen.at(-1)).toBe('Bearer of-ann-2');
  });

  it('those with a secret before those without, where the connector asks for nothing', async () => {
    await makeConnector('kinds');
    await store(ann, 'kinds', { name: 'empty', credentials: { headers: {} } });
    await store(ann, 'kinds', bearer('token', 'of-ann'));
    expect(await names(ann, 'kinds')).toEqual(['*empty', '*token']);
    expect(await whoami(ann, 'kinds')).toContain('Bearer of-ann');
  });

  it('their headers take the place of the connector’s, whatever the case of their names', async () => {
    await makeConnector('headers', { headers: { Authorization: 'Bearer own', 'X-API-Key': 'own-key' } });
    await store(ann, 'headers', {
      name: 'h',
      credentials: { headers: { authorization: 'Basic YQ==', 'x-api-KEY': 'mine' } },
    });
    expect(await whoami(ann, 'headers')).toBe('whoami: Basic YQ==, key mine');
  });

  it('in a run too, each user with their own; what came with the tool goes first', async () => {
    await makeConnector('runs');
    await store(ann, 'runs', bearer('mine', 'of-ann'));
    await store(bob, 'runs', bearer('mine', 'of-bob'));
    const model = modelThatCalls(api, 'whoami');
    const turnOf = async (key: string, tool: Json = {}) => {
      const body = { model, inputs: 'Who?', tools: [{ type: 'connector', connector_id: 'runs', ...tool }] };
      const answer = await api.send('POST', '/v1/conversations', body, as(key));
      return text(records(record(answer.json)['outputs']).at(-1)?.['content']);
    };
    expect(await turnOf(ann)).toContain('Bearer of-ann');
    expect(await turnOf(bob)).toContain('Bearer of-bob');
    const authorization = { type: 'oauth2-token', value: 'of-this-use' };
    expect(await turnOf(ann, { authorization })).toContain('Bearer of-this-use');
  });

  it('an access token as older SDKs give it, until it is over', async () => {
    await makeConnector('tokens');
    const oauth = { access_token: 'tok', token_type: 'Bearer', expires_at: '2099-01-01T00:00:00+02:00' };
    expect((await store(ann, 'tokens', { name: 't', credentials: { oauth } })).status).toBe(200);
    expect(await whoami(ann, 'tokens')).toBe('whoami: Bearer tok, key none');
    const over = { ...oauth, expires_at: '2020-01-01T00:00:00Z' };
    await store(ann, 'tokens', { name: 't', credentials: { oauth: over } }, 'user', 'PATCH');
    expect(await whoami(ann, 'tokens')).toContain('hold a token that has expired');
    const forever = { access_token: 'for ever', expires_in: Number.MAX_SAFE_INTEGER };
    expect((await store(ann, 'tokens', { name: 't', credentials: { oauth: forever } })).status).toBe(200);
    expect(await whoami(ann, 'tokens')).toBe('whoami: Bearer for ever, key none');
  });

  it('never at another origin than the one they were given for', async () => {
    const id = await makeConnector('moving', { headers: { 'X-API-Key': 'k' } });
    await store(bob, 'moving', bearer('mine', 'of-bob'));
    await store(ann, 'moving', bearer('mine', 'of-ann'));
    const elsewhere = await openWhoami();
    try {
      await client(ann).update({ connectorId: id, requestBody: { protocol: 'mcp', server: elsewhere.url } });
      expect(await whoami(bob, 'moving')).toContain('were given for');
      expect(elsewhere.seen).toEqual([]);
      // Whoever moved it vouches for their own.
      expect(await whoami(ann, 'moving')).toBe('whoami: Bearer of-ann, key k');
      // An admin moves it back: what its creator gave does not go along.
      await client(admin).update({ connectorId: id, requestBody: { protocol: 'mcp', server: server.url } });
      await client(ann).deleteAllUserCredentials({ connectorIdOrName: id });
      expect(await whoami(ann, 'moving')).toBe('whoami: nobody, key none');
    } finally {
      await elsewhere.close();
    }
  });
});

describe('defaults', () => {
  it('of many stored at once there is one', async () => {
    await makeConnector('parallel');
    const all = Array.from({ length: 8 }, (_, n) =>
      store(ann, 'parallel', bearer(`n${n}`, 't', { is_default: true })),
    );
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual(
      Array.from({ length: 8 }, () => 200),
    );
    const listed = await names(ann, 'parallel');
    expect(listed.filter(name => name.startsWith('*'))).toHaveLength(1);
    expect(listed).toHaveLength(8);
  });
});

it('those of the workspace and the organization are their admins’ to change, and everyone’s to list', async () => {
  await makeConnector('rights');
  const manager = await api.makeKey({ ...blue, user: 'eve', role: 'workspace_admin' });
  for (const [key, level, status] of [
    [ann, 'workspace', 403],
    [ann, 'organization', 403],
    [manager, 'workspace', 200],
    [manager, 'organization', 403],
    [admin, 'organization', 200],
    [admin, 'workspace', 200],
  ] as const) {
    const answer = await store(key, 'rights', bearer('x', 't'), level);
    expect([level, answer.status]).toEqual([level, status]);
    if (status === 403) {
      expectError(answer, 403);
      expectError(
        await api.send('DELETE', `/v1/connectors/rights/${level}/credentials/x`, undefined, as(key)),
        403,
      );
    }
  }
  const listed = await client(ann).listOrganizationCredentials({ connectorIdOrName: 'rights' });
  expect(listed.credentials).toMatchObject([{ name: 'x', scope: 'org', creatorId: 'boss' }]);
});

it('the status tells what the last use showed', async () => {
  await makeConnector('status');
  const statusOf = async () =>
    (await client(ann).listUserCredentials({ connectorIdOrName: 'status' })).credentials[0]?.status;
  await store(ann, 'status', bearer('s', ''));
  expect(await statusOf()).toMatchObject({ statusType: 'invalid', errorMessage: 'blank bearer token' });
  expect(await whoami(ann, 'status')).toContain('hold a blank bearer token');
  await store(ann, 'status', bearer('s', 'good'));
  expect(await statusOf()).toBeNull();
  await whoami(ann, 'status');
  await eventually(
    'the status to be valid',
    async () => (await statusOf())?.statusType === 'valid' || undefined,
  );
  server.refused.add('Bearer good');
  const refused = await api.send('GET', '/v1/connectors/status/tools?refresh=true', undefined, as(ann));
  expectError(refused, 403);
  expect(record(refused.json)['message']).toContain('/auth_url');
  await eventually(
    'the status to be invalid',
    async () => (await statusOf())?.statusType === 'invalid' || undefined,
  );
  const view = await client(ann).get({ connectorIdOrName: 'status', fetchUserData: true });
  expect(view).toMatchObject({ isAuthenticated: false, connectionCredentials: [{ name: 's' }] });
  // Another one in its place, no better than the one before.
  await store(ann, 'status', bearer('s', 'good again'));
  server.refused.add('Bearer good again');
  await whoami(ann, 'status');
  await eventually(
    'the status of the new one to be invalid',
    async () => (await statusOf())?.statusType === 'invalid' || undefined,
  );
});

it('a server that wants fewer requests says nothing against what signs in', async () => {
  await makeConnector('limited');
  await store(ann, 'limited', bearer('s', 'too fast'));
  server.limited.add('Bearer too fast');
  const answer = await api.send('GET', '/v1/connectors/limited/tools', undefined, as(ann));
  expectError(answer, 502);
  expect(record(answer.json)['message']).toMatch(/HTTP 429: Slow down\.$/);
  const status = await eventually(
    'a status',
    async () =>
      (await client(ann).listUserCredentials({ connectorIdOrName: 'limited' })).credentials[0]?.status ??
      undefined,
  );
  expect(status).toMatchObject({ statusType: 'error' });
  expect(await client(ann).get({ connectorIdOrName: 'limited' })).toMatchObject({ isAuthenticated: true });
});

it.each([
  ['a header with a line break', { headers: { A: 'b\r\nX-Evil: 1' } }],
  ['a header without a name', { headers: { '': 'b' } }],
  ['a name with a colon', { headers: { 'A: b': 'c' } }],
  ['a token with a line break', { bearer_token: 'a\nb' }],
  ['a token that is no ASCII', { bearer_token: 'ключ' }],
])('%s is 422 and its value is not quoted', async (_what, credentials) => {
  await makeConnector(`bad_${String(Math.random()).slice(2)}`).then(async id => {
    const answer = await store(ann, id, { name: 'x', credentials });
    expectError(answer, 422);
    expect(answer.text).not.toContain('Evil');
  });
});
