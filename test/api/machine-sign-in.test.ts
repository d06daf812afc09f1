import { describe, expect, it } from 'vitest';
import { expectError } from './expect-error.ts';
import { openGuarded } from './open-guarded.ts';
import { record, records } from './shapes.ts';
import { createInlineConnector } from './inline-connector.ts';
import { jwk, keys, pem, useMachineSignIn } from './use-machine-sign-in.ts';

const { api, createConnector, store, callEcho } = useMachineSignIn();

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
    const listed = await api().send('GET', `/v1/connectors/${name}/user/credentials`);
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
    const id = await createInlineConnector(api(), tools.url, auth);
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
  const id = String(record((await api().send('GET', `/v1/connectors/${name}`)).json)['id']);
  const moved = { auth_methods: [named(other.authServer)] };
  expect((await api().send('PATCH', `/v1/connectors/${id}`, moved)).status).toBe(200);
  const refused = await callEcho(name);
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(refused.text).toContain('Store them again');
  expect(other.authServer.tokenRequests).toEqual([]);
  await store(name, secret);
  await callEcho(name);
  expect(other.authServer.tokenRequests.length).toBeGreaterThan(0);
});
