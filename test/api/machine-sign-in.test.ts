import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createDpopCheck, openIdentityProvider } from '@tramontane/testkit/auth-servers';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiAnswer, type ApiServer } from './open-api-server.ts';
import { browse, openGuarded } from './open-guarded.ts';
import { record, records, type Json } from './shapes.ts';

// Signing in without a person at the keyboard, through the API, with real authorization servers and identity providers.

let api: ApiServer;
beforeAll(async () => {
  api = await openApiServer();
});
afterAll(() => api?.close());

let count = 0;
async function createConnector(server: string, rest: Json = {}): Promise<string> {
  const name = `machine-${(count += 1)}`;
  const made = await api.send('POST', '/v1/connectors', { name, description: 'd', server, ...rest });
  expect([made.status, made.text]).toEqual([201, made.text]);
  return name;
}

const store = (name: string, oauth: Json): Promise<ApiAnswer> =>
  api.send('POST', `/v1/connectors/${name}/user/credentials`, { name: 'machine', credentials: { oauth } });
const callEcho = (name: string): Promise<ApiAnswer> =>
  api.send('POST', `/v1/connectors/${name}/tools/echo/call`, {});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const jwk = { ...ec.privateKey.export({ format: 'jwk' }), kid: 'key-7' };

/** Public keys of clients, as the authorization server knows them. */
const keys = {
  'rsa-client': { ...rsa.publicKey.export({ format: 'jwk' }), alg: 'RS256' },
  'ec-client': { ...ec.publicKey.export({ format: 'jwk' }), alg: 'ES256' },
};

describe('a client with a private key (private_key_jwt)', () => {
  it('signs in with credentials that hold the key in PEM, and renews after a 401', async () => {
    const { authServer, tools } = await openGuarded({ keys });
    const name = await createConnector(tools.url);
    const oauth = {
      grant_type: 'client_credentials',
      client_id: 'rsa-client',
      private_key: pem,
      scope: 'a b',
    };
    expect((await store(name, oauth)).status).toBe(200);
    expect((await callEcho(name)).text).toContain('answer of echo');
    const [asked] = authServer.tokenRequests;
    expect(asked?.get('scope')).toBe('a b');
    expect(asked?.has('client_secret')).toBe(false);
    authServer.expireAccessTokens();
    expect((await callEcho(name)).text).toContain('answer of echo');
    expect(authServer.tokenRequests).toHaveLength(2);
    const listed = await api.send('GET', `/v1/connectors/${name}/user/credentials`);
    expect(records(record(listed.json)['credentials'])).toMatchObject([
      { name: 'machine', authentication_type: 'oauth2' },
    ]);
  });

  it('or as a JWK, whose name goes along; the authorization server may be told beforehand', async () => {
    const { authServer, tools } = await openGuarded({ keys });
    const { issuer } = authServer;
    const name = await createConnector(tools.url, {
      auth_methods: [
        {
          method_type: 'oauth2',
          grant_type: 'client_credentials',
          oauth2_server_metadata: { issuer, token_endpoint: `${issuer}/token` },
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
    });
    await store(name, { grant_type: 'client_credentials', client_id: 'ec-client', private_key: jwk });
    expect((await callEcho(name)).text).toContain('answer of echo');
    const assertion = authServer.tokenRequests[0]?.get('client_assertion') ?? '';
    const header = Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString();
    expect(JSON.parse(header)).toMatchObject({ alg: 'ES256', kid: 'key-7' });
  });

  it('given inline with its server', async () => {
    const { authServer, tools } = await openGuarded({ keys });
    const auth = {
      type: 'oauth2',
      client_id: 'rsa-client',
      private_key: pem,
      token_url: `${authServer.issuer}/token`,
    };
    const body = {
      model: 'scripted',
      name: 'A',
      tools: [{ type: 'mcp', config: { server_url: tools.url, auth } }],
    };
    const agent = await api.send('POST', '/v1/agents', body);
    const id = String(records(record(agent.json)['tools'])[0]?.['connector_id']);
    expect((await callEcho(id)).text).toContain('answer of echo');
  });

  it('is told when the server does not know it, and nothing of the key is told', async () => {
    const { tools } = await openGuarded({ keys });
    const name = await createConnector(tools.url);
    await store(name, { grant_type: 'client_credentials', client_id: 'stranger', private_key: pem });
    const answer = await callEcho(name);
    expectError(answer, 502);
    expect(answer.json).toMatchObject({ type: 'authorization_failed' });
  });

  it.each([
    [{ private_key: 'no key' }, 'no private key that can be read'],
    [{ private_key: { kty: 'RSA', n: 'x' } }, 'no private key that can be read'],
    [{ private_key: pem, client_secret: 's' }, 'either client_secret or private_key'],
    [{}, 'either client_secret or private_key'],
    [{ client_secret: 's', signing_algorithm: 'RS256' }, 'needs a private_key'],
    [{ private_key: jwk, signing_algorithm: 'RS256' }, 'cannot sign with RS256. It can with ES256'],
    [{ private_key: pem, signing_algorithm: 'none' }, 'signing_algorithm'],
  ])('%#: what cannot work is refused when it is stored', async (given, reason) => {
    const name = await createConnector('http://127.0.0.1:9/mcp');
    const answer = await store(name, { grant_type: 'client_credentials', client_id: 'c', ...given });
    expectError(answer, 422);
    expect(answer.text).toContain(reason);
    expect(answer.text).not.toContain('PRIVATE KEY');
  });
});

it('the way a secret is shown is the one that the connector names', async () => {
  const { authServer, tools } = await openGuarded({ clients: { c: 'secret-Vb5' } });
  const { issuer } = authServer;
  const method = {
    method_type: 'oauth2',
    grant_type: 'client_credentials',
    oauth2_server_metadata: { issuer, token_endpoint: `${issuer}/token` },
    token_endpoint_auth_method: 'client_secret_post',
  };
  const name = await createConnector(tools.url, { auth_methods: [method] });
  await store(name, { grant_type: 'client_credentials', client_id: 'c', client_secret: 'secret-Vb5' });
  expect((await callEcho(name)).text).toContain('answer of echo');
  expect(authServer.tokenRequests[0]?.get('client_secret')).toBe('secret-Vb5');
});

it('a secret stays with the endpoint that the connector named when it was given', async () => {
  const first = await openGuarded({ clients: { c: 'secret-Nd4' } });
  const other = await openGuarded({ clients: { c: 'secret-Nd4' } });
  const named = ({ issuer }: { issuer: string }) => ({
    method_type: 'oauth2',
    grant_type: 'client_credentials',
    oauth2_server_metadata: { issuer, token_endpoint: `${issuer}/token` },
    token_endpoint_auth_method: 'client_secret_basic',
  });
  const name = await createConnector(first.tools.url, { auth_methods: [named(first.authServer)] });
  const secret = { grant_type: 'client_credentials', client_id: 'c', client_secret: 'secret-Nd4' };
  await store(name, secret);
  expect((await callEcho(name)).text).toContain('answer of echo');
  const id = String(record((await api.send('GET', `/v1/connectors/${name}`)).json)['id']);
  const moved = { auth_methods: [named(other.authServer)] };
  expect((await api.send('PATCH', `/v1/connectors/${id}`, moved)).status).toBe(200);
  const refused = await callEcho(name);
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(refused.text).toContain('Store them again');
  expect(other.authServer.tokenRequests).toEqual([]);
  await store(name, secret);
  await callEcho(name);
  expect(other.authServer.tokenRequests.length).toBeGreaterThan(0);
});

describe('a user whom the company’s identity provider vouches for', () => {
  const provider = async (client: { secret?: string; withKey?: boolean }) => {
    const idp = await openIdentityProvider({
      id: 'rsa-client',
      nameThere: 'client-at-the-tools',
      ...(client.withKey ? { key: keys['rsa-client'] } : { secret: client.secret ?? '' }),
    });
    onTestFinished(() => idp.close());
    return idp;
  };
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

  it('signs in with an ID token, which is exchanged for a grant and that for a token', async () => {
    const idp = await provider({ secret: 'secret-at-the-idp' });
    const { authServer, tools } = await openGuarded({
      clients: { 'client-at-the-tools': 'secret-at-the-tools' },
      trusts: { key: idp.publicKey, typ: 'oauth-id-jag+jwt' },
    });
    const name = await createConnector(tools.url);
    const subject_token = await idp.idToken('ann');
    const stored = await store(name, {
      grant_type,
      client_id: 'client-at-the-tools',
      client_secret: 'secret-at-the-tools',
      scope: 'files',
      identity_provider: {
        token_url: idp.tokenUrl,
        client_id: 'rsa-client',
        client_secret: 'secret-at-the-idp',
        subject_token,
      },
    });
    expect([stored.status, stored.text]).toEqual([200, stored.text]);
    expect((await callEcho(name)).text).toContain('answer of echo');
    expect(Object.fromEntries(idp.tokenRequests[0] ?? [])).toMatchObject({
      audience: authServer.issuer,
      resource: tools.url,
      scope: 'files',
    });
    // Each end of an access token is a new exchange, and nothing else.
    authServer.expireAccessTokens();
    expect((await callEcho(name)).text).toContain('answer of echo');
    expect(idp.tokenRequests).toHaveLength(2);
    expect(authServer.tokenRequests.some(form => form.has('subject_token'))).toBe(false);
    const rows = await api.query('select * from tramontane.connector_credentials');
    const everything = JSON.stringify(rows) + api.log() + api.answered();
    const secrets = [subject_token, 'secret-at-the-idp', 'secret-at-the-tools', 'at-'];
    expect(secrets.filter(secret => everything.includes(secret))).toEqual([]);
  });

  it('or with a refresh token of the provider, and keys in place of secrets', async () => {
    const idp = await provider({ withKey: true });
    const { tools } = await openGuarded({
      keys: { 'client-at-the-tools': keys['ec-client'] },
      trusts: { key: idp.publicKey, typ: 'oauth-id-jag+jwt' },
    });
    const name = await createConnector(tools.url);
    await store(name, {
      grant_type,
      client_id: 'client-at-the-tools',
      private_key: jwk,
      identity_provider: {
        token_url: idp.tokenUrl,
        client_id: 'rsa-client',
        private_key: pem,
        subject_token: idp.refreshToken('bob'),
        subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
      },
    });
    expect((await callEcho(name)).text).toContain('answer of echo');
  });

  it('is told when the provider says no, and cannot name a file in a request', async () => {
    const idp = await provider({ secret: 's-at-the-idp' });
    const { tools } = await openGuarded({ trusts: { key: idp.publicKey } });
    const name = await createConnector(tools.url);
    const client = { token_url: idp.tokenUrl, client_id: 'rsa-client', client_secret: 's-at-the-idp' };
    await store(name, {
      grant_type,
      client_id: 'client-at-the-tools',
      identity_provider: { ...client, subject_token: 'no-token-Qx9' },
    });
    const answer = await callEcho(name);
    expectError(answer, 502);
    expect(answer.text).toContain(new URL(idp.tokenUrl).origin);
    expect(answer.text).not.toContain('no-token-Qx9');
    const withFile = { ...client, subject_token_file: '/etc/passwd' };
    const refused = await store(name, { grant_type, client_id: 'c', identity_provider: withFile });
    expectError(refused, 422);
    expect(refused.text).toContain('subject_token');
  });
});

describe('tokens that are bound to a key (DPoP), at servers that want a nonce in each proof', () => {
  const openBound = async (options: Parameters<typeof openGuarded>[0] = {}) => {
    const [ofTokens, ofTools] = [createDpopCheck(), createDpopCheck()];
    const guarded = await openGuarded({ ...options, dpop: ofTokens }, { dpop: ofTools });
    const renew = (): void => {
      ofTokens.renew();
      ofTools.renew();
    };
    return { ...guarded, renew };
  };

  it('for a person who signs in', async () => {
    const { authServer, tools, renew } = await openBound();
    const name = await createConnector(tools.url);
    await browse((await api.sdk.beta.connectors.getAuthUrl({ connectorIdOrName: name })).authUrl);
    expect((await callEcho(name)).text).toContain('answer of echo');
    renew();
    expect((await callEcho(name)).text).toContain('answer of echo');
    authServer.expireAccessTokens();
    renew();
    expect((await callEcho(name)).text).toContain('answer of echo');
    expect(authServer.counts.refreshes).toBe(1);
  });

  it('for a client of its own, where the token endpoint is looked for', async () => {
    const { authServer, tools, renew } = await openBound({ keys });
    const name = await createConnector(tools.url);
    await store(name, { grant_type: 'client_credentials', client_id: 'rsa-client', private_key: pem });
    expect((await callEcho(name)).text).toContain('answer of echo');
    authServer.expireAccessTokens();
    renew();
    expect((await callEcho(name)).text).toContain('answer of echo');
  });

  it('and where it is named', async () => {
    const { authServer, tools, renew } = await openBound({ clients: { c: 'secret-Hw2' } });
    const auth = {
      type: 'oauth2',
      client_id: 'c',
      client_secret: 'secret-Hw2',
      token_url: `${authServer.issuer}/token`,
    };
    const body = {
      model: 'scripted',
      name: 'A',
      tools: [{ type: 'mcp', config: { server_url: tools.url, auth } }],
    };
    const agent = await api.send('POST', '/v1/agents', body);
    const id = String(records(record(agent.json)['tools'])[0]?.['connector_id']);
    expect((await callEcho(id)).text).toContain('answer of echo');
    authServer.expireAccessTokens();
    renew();
    expect((await callEcho(id)).text).toContain('answer of echo');
  });
});
