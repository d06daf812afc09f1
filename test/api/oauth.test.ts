import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { browse, openGuarded } from './open-guarded.ts';
import { createInlineConnector } from './inline-connector.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { record } from './shapes.ts';

// Signing in to tool servers, with a real authorization server and a real guarded tool server.

let api: ApiServer;
beforeAll(async () => {
  api = await openApiServer();
});
afterAll(() => api?.close());

let count = 0;
async function createConnector(tools: ToolServer): Promise<string> {
  const name = `guarded-${(count += 1)}`;
  await api.sdk.beta.connectors.create({ protocol: 'mcp', name, description: 'd', server: tools.url });
  return name;
}

async function metadataOf(issuer: string): Promise<object> {
  const answer = await fetch(`${issuer}/.well-known/oauth-authorization-server`);
  return record(await answer.json());
}

const callEcho = (name: string) => api.send('POST', `/v1/connectors/${name}/tools/echo/call`, {});

describe('a person signs in', () => {
  it('with the address of getAuthUrl, and the tools answer', async () => {
    const { authServer, tools } = await openGuarded();
    const name = await createConnector(tools);
    const before = await callEcho(name);
    expectError(before, 403);
    expect(before.json).toMatchObject({ type: 'sign_in_required' });
    expect(before.text).toContain('/auth_url');

    const { authUrl, ttl } = await api.sdk.beta.connectors.getAuthUrl({
      connectorIdOrName: name,
      appReturnUrl: 'http://localhost:9/back?x=1',
    });
    expect(authUrl.startsWith(`${authServer.issuer}/authorize?`)).toBe(true);
    expect(ttl).toBeGreaterThan(0);
    const back = await browse(authUrl);
    expect(back.status).toBe(302);
    expect(back.headers.get('location')).toBe('http://localhost:9/back?x=1');

    expect((await callEcho(name)).text).toContain('answer of echo');
    const listed = await api.sdk.beta.connectors.listTools({ connectorIdOrName: name });
    expect(listed).toHaveLength(1);
    expect(authServer.registered).toHaveLength(1);
    expect(authServer.consents[0]?.get('redirect_uri')).toBe(`${api.url}/oauth/callback`);
  });

  it('once: the same answer does not count again', async () => {
    const { tools } = await openGuarded();
    const name = await createConnector(tools);
    const { authUrl } = await api.sdk.beta.connectors.getAuthUrl({ connectorIdOrName: name });
    const consent = await fetch(authUrl, { redirect: 'manual' });
    const callback = consent.headers.get('location') ?? '';
    const first = await fetch(callback);
    expect(first.status).toBe(200);
    expect(await first.text()).toContain('You are signed in');
    expect((await fetch(callback)).status).toBe(400);
    expect((await fetch(`${api.url}/oauth/callback?state=guessed&code=c`)).status).toBe(400);
  });

  it('and is told in words, on a page that runs nothing, why it did not work', async () => {
    const { tools } = await openGuarded({
      redirect: url => {
        url.searchParams.delete('code');
        url.searchParams.set('error', 'access_denied');
        url.searchParams.set('error_description', '<script>alert(1)</script>');
      },
    });
    const name = await createConnector(tools);
    const { authUrl } = await api.sdk.beta.connectors.getAuthUrl({
      connectorIdOrName: name,
      appReturnUrl: 'https://app.example/back',
    });
    const page = await browse(authUrl);
    expect(page.status).toBe(400);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const html = await page.text();
    expect(html).toContain('access_denied: &lt;script&gt;');
    expect(html).toContain('href="https://app.example/back"');
  });

  it('again after the end of it, which a run names as the reason for missing tools', async () => {
    const { authServer, tools } = await openGuarded();
    const name = await createConnector(tools);
    await browse((await api.sdk.beta.connectors.getAuthUrl({ connectorIdOrName: name })).authUrl);
    authServer.revokeFamilies();
    const model = api.models.plays({ text: 'I cannot.' });
    const answer = await api.send('POST', '/v1/conversations', {
      model,
      inputs: 'Hello',
      tools: [{ type: 'connector', connector_id: name }],
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('sign_in_required');
    expect(answer.text).toContain('sign in again');
    expect(JSON.stringify(api.models.asked(model))).toContain('sign in again');
  });

  it('only where the app may be returned to', async () => {
    const { tools } = await openGuarded();
    const name = await createConnector(tools);
    for (const wrong of ['javascript:alert(1)', 'http://app.example/', 'https://u:p@app.example/', 'x']) {
      const path = `/v1/connectors/${name}/auth_url?app_return_url=${encodeURIComponent(wrong)}`;
      expectError(await api.send('GET', path), 422);
    }
    expectError(await api.send('GET', '/v1/connectors/none/auth_url'), 404);
  });

  it('nowhere, where the authorization server cannot be trusted', async () => {
    const { tools } = await openGuarded({
      metadata: document => ({ ...document, code_challenge_methods_supported: [] }),
    });
    const answer = await api.send('GET', `/v1/connectors/${await createConnector(tools)}/auth_url`);
    expectError(answer, 502);
    expect(answer.json).toMatchObject({ type: 'authorization_failed' });
    expect(answer.text).toContain('PKCE');
  });

  it('where the metadata of the connector says, and no longer once it says nothing', async () => {
    const { authServer, tools } = await openGuarded();
    const old = `${authServer.issuer}/old`;
    const metadata = await metadataOf(authServer.issuer);
    const name = await createConnector(tools);
    const { id } = record((await api.send('GET', `/v1/connectors/${name}`)).json);
    const change = async (given: object) => api.send('PATCH', `/v1/connectors/${String(id)}`, given);
    const signIn = { method_type: 'oauth2' };
    await change({
      auth_methods: [{ ...signIn, oauth2_server_metadata: { ...metadata, authorization_endpoint: old } }],
    });
    expect((await api.sdk.beta.connectors.getAuthUrl({ connectorIdOrName: name })).authUrl).toContain(old);
    await change({ title: 'T' });
    await change({ auth_methods: [signIn] });
    expect((await api.sdk.beta.connectors.getAuthUrl({ connectorIdOrName: name })).authUrl).not.toContain(
      old,
    );
  });

  it('as the creator’s client, unless an admin names another token endpoint', async () => {
    const { authServer, tools } = await openGuarded();
    const metadata = await metadataOf(authServer.issuer);
    const [creator, admin] = await Promise.all([
      api.makeKey({ user: 'creator', role: 'member' }),
      api.makeKey({ user: 'admin', role: 'workspace_admin' }),
    ]);
    const method = { method_type: 'oauth2', grant_type: 'authorization_code' };
    const connector = {
      name: 'of-the-creator',
      description: 'd',
      server: tools.url,
      auth_methods: [
        {
          ...method,
          oauth2_server_metadata: metadata,
          auth_data: { client_id: 'of-the-creator', client_secret: 'client-secret-Zz4' },
        },
      ],
    };
    const as = (key: string) => ({ authorization: `Bearer ${key}` });
    const { id } = record((await api.send('POST', '/v1/connectors', connector, as(creator))).json);
    const path = `/v1/connectors/${String(id)}`;
    const change = async (key: string, given: object) => {
      const auth_methods = [{ ...method, oauth2_server_metadata: { ...metadata, ...given } }];
      await api.send('PATCH', path, { auth_methods }, as(key));
      const { auth_url: url } = record((await api.send('GET', `${path}/auth_url`, undefined, as(key))).json);
      return new URL(String(url)).searchParams.get('client_id');
    };
    const elsewhere = { token_endpoint: `${authServer.issuer}/elsewhere` };
    expect(await change(admin, { service_documentation: 'https://docs.example/' })).toBe('of-the-creator');
    expect(await change(creator, elsewhere)).toBe('of-the-creator');
    expect(await change(admin, {})).not.toBe('of-the-creator');
  });

  it('to our client, which says who it is to everyone', async () => {
    const answer = await fetch(`${api.url}/oauth/client-metadata.json`);
    expect(await answer.json()).toMatchObject({
      client_id: `${api.url}/oauth/client-metadata.json`,
      redirect_uris: [`${api.url}/oauth/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    });
  });
});

describe('a server given inline with auth of type oauth2', () => {
  it('gets a token by client credentials, once, and once more after a 401', async () => {
    const { authServer, tools } = await openGuarded({ clients: { 'the-client': 'client-secret-Yk2' } });
    const auth = {
      type: 'oauth2',
      client_id: 'the-client',
      client_secret: 'client-secret-Yk2',
      token_url: `${authServer.issuer}/token`,
      scope: 'tools',
    };
    const id = await createInlineConnector(api, tools.url, auth);
    for (let call = 0; call < 3; call += 1) expect((await callEcho(id)).text).toContain('answer of echo');
    expect(authServer.tokenRequests).toHaveLength(1);
    expect(Object.fromEntries(authServer.tokenRequests[0] ?? [])).toMatchObject({
      grant_type: 'client_credentials',
      scope: 'tools',
      resource: tools.url,
    });
    authServer.expireAccessTokens();
    const answers = await Promise.all(Array.from({ length: 20 }, async () => callEcho(id)));
    expect(answers.filter(({ text }) => text.includes('answer of echo'))).toHaveLength(20);
    expect(authServer.tokenRequests).toHaveLength(2);
  });

  it('is told what is wrong with its secret', async () => {
    const { authServer, tools } = await openGuarded();
    const auth = {
      type: 'oauth2',
      client_id: 'the-client',
      client_secret: 'wrong-secret-Kw3',
      token_url: `${authServer.issuer}/token`,
    };
    const answer = await callEcho(await createInlineConnector(api, tools.url, auth));
    expectError(answer, 502);
    expect(answer.text).toContain('invalid_client');
    expect(answer.text).not.toContain('wrong-secret-Kw3');
  });
});

it('no token, code or secret is in an answer, in the log, or in any column', async () => {
  const { authServer, tools } = await openGuarded();
  const name = await createConnector(tools);
  await browse((await api.sdk.beta.connectors.getAuthUrl({ connectorIdOrName: name })).authUrl);
  await callEcho(name);
  const code = authServer.tokenRequests[0]?.get('code') ?? 'none';
  const verifier = authServer.tokenRequests[0]?.get('code_verifier') ?? 'none';
  const state = authServer.consents[0]?.get('state') ?? 'none';
  const [{ sealed } = { sealed: '' }] = await api.query('select sealed from tramontane.oauth_tokens');
  expect(String(sealed)).toMatch(/^v1\./);
  const rows = await api.query(
    `select t::text from tramontane.oauth_tokens t union all
     select c::text from tramontane.oauth_clients c union all select s::text from tramontane.oauth_sign_ins s`,
  );
  const everything = JSON.stringify(rows) + api.log() + api.answered();
  const secrets = [
    code,
    verifier,
    state,
    'access-of-test-',
    'refresh-of-test-',
    'client-secret-Yk2',
    'wrong-secret-Kw3',
  ];
  expect(secrets.filter(secret => everything.includes(secret))).toEqual([]);
});
