import { Mistral } from '@mistralai/mistralai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unknownParts } from '../../packages/wire/src/testing/canned-client.ts';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { openWhoami, type Whoami } from './open-whoami.ts';
import { modelThatCalls } from './run-turn.ts';
import { record, records, text, type Json } from './shapes.ts';

let api: ApiServer;
let server: Whoami;
/** Ann, Bob and an admin work in one workspace; Cem in another one of the same organization. */
const keys: Record<string, string> = {};

beforeAll(async () => {
  [api, server] = await Promise.all([openApiServer(), openWhoami()]);
  for (const [user, workspace, role] of [
    ['ann', 'blue', 'member'],
    ['bob', 'blue', 'member'],
    ['eve', 'blue', 'workspace_admin'],
    ['boss', 'blue', 'organization_admin'],
    ['cem', 'red', 'member'],
  ] as const) {
    keys[user] = await api.makeKey({ organization: 'acme', workspace, user, role });
  }
  keys['shared'] = await api.makeKey({
    organization: 'acme',
    workspace: 'blue',
    user: 'ann',
    role: 'member',
    keyScope: 'shared',
  });
});
afterAll(async () => {
  await Promise.all([api?.close(), server?.close()]);
});

const send = (
  user: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) => api.send(method, path, body, { authorization: `Bearer ${keys[user] ?? ''}`, ...headers });
const client = (user: string) =>
  new Mistral({ serverURL: api.url, apiKey: keys[user] ?? '' }).beta.connectors;

async function make(user: string, name: string, rest: Json = {}): Promise<string> {
  const made = await send(user, 'POST', '/v1/connectors', {
    name,
    description: 'd',
    server: server.url,
    ...rest,
  });
  if (made.status !== 201) throw new Error(made.text);
  return text(record(made.json)['id']);
}

async function seenBy(id: string): Promise<string> {
  const users = ['ann', 'bob', 'boss', 'cem'];
  const statuses = await Promise.all(
    users.map(async user => (await send(user, 'GET', `/v1/connectors/${id}`)).status),
  );
  return users.filter((_user, index) => statuses[index] === 200).join(' ');
}

describe('sharing', () => {
  it('goes from private to the workspace, to the organization and back, with the official client', async () => {
    const id = await make('ann', 'travels', { visibility: 'private' });
    expect(await seenBy(id)).toBe('ann');
    await client('ann').share({ connectorId: id });
    expect(await seenBy(id)).toBe('ann bob boss');
    expect(await client('bob').get({ connectorIdOrName: 'travels' })).toMatchObject({
      ownerType: 'workspace',
      visibility: 'shared_workspace',
      ownerId: 'ann',
    });
    await client('boss').shareToOrganization({ connectorId: id });
    expect(await seenBy(id)).toBe('ann bob boss cem');
    expect(await client('cem').get({ connectorIdOrName: 'travels' })).toMatchObject({ ownerType: 'org' });
    await client('boss').unshareFromOrganization({ connectorId: id });
    expect(await seenBy(id)).toBe('ann');
    expect(await client('ann').get({ connectorIdOrName: id })).toMatchObject({ ownerType: 'user' });
  });

  it('that ends takes along what others stored, and leaves the creator’s', async () => {
    const id = await make('ann', 'drops');
    const credentials = { name: 'x', credentials: { bearer_token: 't' } };
    for (const [user, level] of [
      ['ann', 'user'],
      ['bob', 'user'],
      ['boss', 'workspace'],
      ['boss', 'organization'],
    ]) {
      const stored = await send(user ?? '', 'POST', `/v1/connectors/${id}/${level}/credentials`, credentials);
      expect(stored.status).toBe(200);
    }
    await send('boss', 'POST', `/v1/connectors/${id}/workspace/deactivate`);
    await client('ann').unshare({ connectorId: id });
    await client('ann').share({ connectorId: id });
    const left = await api.query(
      'select level, user_id from tramontane.connector_credentials where connector_id = $1',
      [id],
    );
    expect(left).toEqual([{ level: 'user', user_id: 'ann' }]);
    expect(await client('bob').get({ connectorIdOrName: id })).toMatchObject({ active: true, blockedBy: [] });
  });

  it('is the creator’s to decide, or an organization’s admin’s', async () => {
    const id = await make('ann', 'decides');
    for (const [user, method, path, status] of [
      ['bob', 'DELETE', 'share', 403],
      ['eve', 'DELETE', 'share', 403],
      ['ann', 'PUT', 'organization/share', 403],
      ['ann', 'DELETE', 'organization/share', 409],
      ['cem', 'PUT', 'share', 404],
      ['shared', 'DELETE', 'share', 403],
      ['ann', 'PUT', 'share', 200],
      ['boss', 'PUT', 'organization/share', 200],
      ['ann', 'PUT', 'share', 409],
      ['cem', 'DELETE', 'organization/share', 403],
      ['boss', 'DELETE', 'organization/share', 200],
    ] as const) {
      const answer = await send(user, method, `/v1/connectors/${id}/${path}`);
      expect([user, method, path, answer.status]).toEqual([user, method, path, status]);
      if (status !== 200) expectError(answer, status);
    }
    expectError(await send('ann', 'PUT', '/v1/connectors/decides/share'), 404);
  });
});

it('names that are private are nobody else’s business; a shared one is unique where it is seen', async () => {
  const anns = await make('ann', 'same', { visibility: 'private' });
  const bobs = await make('bob', 'same', { visibility: 'private' });
  const shared = await make('boss', 'same');
  expectError(
    await send('eve', 'POST', '/v1/connectors', { name: 'same', description: 'd', server: server.url }),
    409,
  );
  for (const [user, id] of [
    ['ann', anns],
    ['bob', bobs],
    ['boss', shared],
    ['shared', shared],
  ]) {
    expect((await send(user ?? '', 'GET', '/v1/connectors/same')).json).toMatchObject({ id });
  }
  expectError(await send('ann', 'PUT', `/v1/connectors/${anns}/share`), 409);
  expect((await send('ann', 'GET', '/v1/connectors/same')).json).toMatchObject({ id: anns });
});

it('the query of an address is shown to its creator alone', async () => {
  const id = await make('ann', 'with_key', { server: `${server.url}/mcp?key=of-ann` });
  const shown = async (user: string, path = '') =>
    (await send(user, 'GET', `/v1/connectors/${id}${path}`)).json;
  expect(await shown('ann')).toMatchObject({ server: `${server.url}/mcp?key=of-ann` });
  for (const user of ['bob', 'eve', 'boss'])
    expect(await shown(user)).toMatchObject({ server: `${server.url}/mcp` });
  expect(await shown('bob', '/health')).toMatchObject({ server: `${server.url}/mcp` });
  const changed = await send('eve', 'PATCH', `/v1/connectors/${id}`, { title: 'T' });
  expect(changed.text).not.toContain('of-ann');
  expect(await shown('ann')).toMatchObject({ title: 'T', server: `${server.url}/mcp?key=of-ann` });
});

it('a workspace cannot put its own in the place of one of the organization', async () => {
  const everyones = await make('boss', 'everyones', { visibility: 'shared_org' });
  const own = { name: 'everyones', description: 'd', server: server.url };
  expectError(await send('cem', 'POST', '/v1/connectors', own), 409);
  const cems = await make('cem', 'of_cem');
  expectError(await send('cem', 'PATCH', `/v1/connectors/${cems}`, { name: 'everyones' }), 409);
  // One's own counts for nobody else, until it is shared.
  const hidden = await make('cem', 'everyones', { visibility: 'private' });
  expectError(await send('cem', 'PUT', `/v1/connectors/${hidden}/share`), 409);
  expect((await send('cem', 'DELETE', `/v1/connectors/${hidden}`)).status).toBe(200);
  expect((await send('cem', 'GET', '/v1/connectors/everyones')).json).toMatchObject({ id: everyones });
});

it('is changed and deleted by its creator and the admins of whom it is shared with', async () => {
  const mine = await make('ann', 'changes');
  const everyones = await make('boss', 'changes_org', { visibility: 'shared_org' });
  const body = { protocol: 'mcp', title: 'T' };
  for (const [user, id, status] of [
    ['bob', mine, 403],
    ['eve', mine, 200],
    ['ann', mine, 200],
    ['cem', mine, 404],
    ['eve', everyones, 403],
    ['cem', everyones, 403],
    ['boss', everyones, 200],
  ] as const) {
    expect([user, (await send(user, 'PATCH', `/v1/connectors/${id}`, body)).status]).toEqual([user, status]);
    if (status !== 200)
      expect([user, (await send(user, 'DELETE', `/v1/connectors/${id}`)).status]).toEqual([user, status]);
  }
  expectError(
    await send('ann', 'POST', '/v1/connectors', {
      name: 'no',
      description: 'd',
      server: server.url,
      visibility: 'shared_org',
    }),
    403,
  );
  expectError(
    await send('shared', 'POST', '/v1/connectors', {
      name: 'no',
      description: 'd',
      server: server.url,
      visibility: 'private',
    }),
    403,
  );
  await client('eve').delete({ connectorId: mine });
  expectError(await send('ann', 'GET', `/v1/connectors/${mine}`), 404);
});

describe('activation', () => {
  it('switches off for a user, blocks for a workspace, and the list knows', async () => {
    const id = await make('ann', 'switched');
    const isListed = async (user: string, active: boolean) =>
      (await client(user).list({ queryFilters: { active } })).items.some(
        item => 'id' in item && item.id === id,
      );
    const call = async (user: string) =>
      (await send(user, 'POST', `/v1/connectors/${id}/tools/whoami/call`, {})).status;

    await client('ann').deactivateForConsumer({ connectorId: id, consumerScope: 'user' });
    expect([await isListed('ann', true), await isListed('ann', false)]).toEqual([false, true]);
    expect([await isListed('bob', true), await isListed('bob', false)]).toEqual([true, false]);
    expect([await call('ann'), await call('bob')]).toEqual([403, 200]);
    await client('ann').activateForConsumer({ connectorId: id, consumerScope: 'user' });
    expect(await call('ann')).toBe(200);

    expectError(await send('ann', 'POST', `/v1/connectors/${id}/workspace/deactivate`), 403);
    await client('eve').deactivateForConsumer({ connectorId: id, consumerScope: 'workspace' });
    await client('ann').activateForConsumer({ connectorId: id, consumerScope: 'user' });
    expect(await client('ann').get({ connectorIdOrName: id })).toMatchObject({
      active: false,
      blockedBy: ['workspace'],
    });
    expect([await call('ann'), await isListed('bob', true)]).toEqual([403, false]);
    expectError(await send('ann', 'GET', `/v1/connectors/${id}/tools`), 403);
    await client('eve').activateForConsumer({ connectorId: id, consumerScope: 'workspace' });
    expect(await call('ann')).toBe(200);
  });

  it('carries rules for tools, which hold in lists, direct calls and runs', async () => {
    const id = await make('ann', 'ruled');
    const rules = {
      include: ['whoami'],
      requires_confirmation: { read_only: false },
      skip_confirmation: ['act'],
    };
    expect((await send('eve', 'POST', `/v1/connectors/${id}/workspace/activate`, rules)).status).toBe(200);
    expect((await client('bob').listTools({ connectorIdOrName: id })).map(({ name }) => name)).toEqual([
      'whoami',
    ]);
    expectError(await send('bob', 'POST', `/v1/connectors/${id}/tools/act/call`, {}), 404);
    const model = modelThatCalls(api, 'act');
    const body = { model, inputs: 'Act', tools: [{ type: 'connector', connector_id: 'ruled' }] };
    const turn = await send('bob', 'POST', '/v1/conversations', body);
    expect(records(record(turn.json)['outputs']).at(-1)).toMatchObject({ content: 'I have no such tool.' });
    const view = await client('bob').get({ connectorIdOrName: id, fetchCustomerData: true });
    expect(unknownParts(view)).toEqual([]);
    expect(view).toMatchObject({
      connectionPreferences: [{ consumerType: 'workspace', toolConfiguration: { include: ['whoami'] } }],
    });
    // Without a body the rules stay; with one they are replaced.
    await client('eve').activateForConsumer({ connectorId: id, consumerScope: 'workspace' });
    expect(await client('bob').listTools({ connectorIdOrName: id })).toHaveLength(1);
    await send('eve', 'POST', `/v1/connectors/${id}/workspace/activate`, {});
    expect(await client('bob').listTools({ connectorIdOrName: id })).toHaveLength(2);
    const both = { include: ['a'], exclude: ['b'] };
    expectError(await send('bob', 'POST', `/v1/connectors/${id}/user/activate`, both), 422);
  });

  it('takes a switched-off connector out of a run, and says so', async () => {
    const id = await make('ann', 'out');
    await client('bob').deactivateForConsumer({ connectorId: id, consumerScope: 'user' });
    const tools = [{ type: 'connector', connector_id: id }];
    const body = { model: modelThatCalls(api, 'act'), inputs: 'Act', tools };
    const turn = await send('bob', 'POST', '/v1/conversations', body);
    expect(turn.text).toContain('out is switched off');
  });
});

it('the official client reads the ways to sign in, of every SDK generation', async () => {
  const metadata = { issuer: 'https://auth.example', token_endpoint: 'https://auth.example/token' };
  await make('ann', 'ways', {
    headers: { Authorization: 'Bearer own' },
    auth_methods: [
      { method_type: 'bearer', headers: [{ name: 'X-API-Key' }] },
      {
        method_type: 'oauth2',
        grant_type: 'client_credentials',
        oauth2_server_metadata: metadata,
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
  });
  const methods = await client('bob').getAuthenticationMethods({ connectorIdOrName: 'ways' });
  expect(unknownParts(methods)).toEqual([]);
  expect(methods).toMatchObject([
    {
      methodType: 'bearer',
      headers: [{ name: 'X-API-Key', isRequired: true, isSecret: true }],
      hasDefaultCredentials: true,
    },
    {
      methodType: 'oauth2',
      grantType: 'client_credentials',
      hasDefaultCredentials: false,
      oauth2ServerMetadata: { issuer: 'https://auth.example' },
    },
  ]);
  await make('ann', 'older', {
    auth_data: { client_id: 'c', client_secret: 'oauth-secret' },
    oauth2_server_metadata: metadata,
  });
  expect(await client('ann').getAuthenticationMethods({ connectorIdOrName: 'older' })).toMatchObject([
    { methodType: 'oauth2', grantType: 'authorization_code' },
  ]);
  expect(api.answered()).not.toContain('oauth-secret');
});
