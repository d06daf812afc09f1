import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openIdentityProvider } from '@tramontane/testkit/auth-servers';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { openGuarded } from './open-guarded.ts';
import { record, records } from './shapes.ts';

// The operator's servers that sign in by themselves: what they sign in with is in files on this machine.

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'operator-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function open(mcpServers: Record<string, unknown>): Promise<ApiServer> {
  const api = await openApiServer({ mcpServers });
  onTestFinished(() => api.close());
  return api;
}

const callEcho = (api: ApiServer) => api.send('POST', '/v1/connectors/tools/tools/echo/call', {});
const publicKey = { ...rsa.publicKey.export({ format: 'jwk' }), alg: 'RS256' };

describe('workload identity', () => {
  it('the platform’s token is read anew for each request, and shown to nobody else', async () => {
    const folder = await openFolder();
    const assertionFile = join(folder, 'token');
    const platform = await openIdentityProvider({ id: 'none', nameThere: 'none' });
    onTestFinished(() => platform.close());
    const { authServer, tools } = await openGuarded({
      clients: { 'the-workload': '' },
      trusts: { key: platform.publicKey },
    });
    const { issuer } = authServer;
    const write = async (workload: string): Promise<string> => {
      const token = await platform.idToken(workload, issuer);
      await writeFile(assertionFile, `${token}\n`);
      return token;
    };
    const first = await write('before');
    const oauth = { clientId: 'the-workload', issuer, assertionFile, scope: 'tools' };
    const api = await open({ tools: { url: tools.url, oauth } });
    expect((await callEcho(api)).text).toContain('answer of echo');
    authServer.expireAccessTokens();
    const second = await write('after');
    expect((await callEcho(api)).text).toContain('answer of echo');
    expect(authServer.tokenRequests.map(form => form.get('assertion'))).toEqual([first, second]);
    authServer.expireAccessTokens();
    await rm(assertionFile);
    const failed = await callEcho(api);
    expectError(failed, 502);
    expect(failed.text).toContain('the file that the operator named could not be read (ENOENT)');
    expect(failed.text).not.toContain(folder);
    const listed = await api.send('GET', '/v1/connectors');
    expect(records(record(listed.json)['items'])).toMatchObject([
      { name: 'tools', is_authenticated: true, supported_auth_methods: [{ method_type: 'oauth2' }] },
    ]);
    const shown = api.answered() + api.log();
    expect([first, second, assertionFile].filter(text => shown.includes(text))).toEqual([]);
  });
});

it('a private key in a file signs the client in', async () => {
  const folder = await openFolder();
  const privateKeyFile = join(folder, 'key.pem');
  await writeFile(privateKeyFile, pem);
  const { authServer, tools } = await openGuarded({ keys: { c: publicKey } });
  const oauth = {
    clientId: 'c',
    privateKeyFile,
    signingAlgorithm: 'PS256',
    tokenUrl: `${authServer.issuer}/token`,
  };
  const api = await open({ tools: { url: tools.url, oauth } });
  // The key of the test's server says RS256, so the algorithm that was asked for is the one refused.
  expectError(await callEcho(api), 502);
  const { signingAlgorithm: _other, ...usual } = oauth;
  const again = await open({ tools: { url: tools.url, oauth: usual } });
  expect((await callEcho(again)).text).toContain('answer of echo');
});

it('a user’s token in a file is shown to the company’s identity provider only', async () => {
  const folder = await openFolder();
  const subjectTokenFile = join(folder, 'id-token');
  const idp = await openIdentityProvider({ id: 'at-idp', secret: 's', nameThere: 'c' });
  onTestFinished(() => idp.close());
  await writeFile(subjectTokenFile, await idp.idToken('robot'));
  const { tools } = await openGuarded({
    clients: { c: 'secret-of-c' },
    trusts: { key: idp.publicKey, typ: 'oauth-id-jag+jwt' },
  });
  const identityProvider = {
    tokenUrl: idp.tokenUrl,
    clientId: 'at-idp',
    clientSecret: 's',
    subjectTokenFile,
  };
  const oauth = { clientId: 'c', clientSecret: 'secret-of-c', identityProvider };
  const api = await open({ tools: { url: tools.url, oauth } });
  expect((await callEcho(api)).text).toContain('answer of echo');
  expect(idp.tokenRequests).toHaveLength(1);
});

it.each([
  [{ clientId: 'c', assertionFile: '/f' }, 'assertionFile needs tokenUrl or issuer'],
  [{ clientId: 'c' }, 'give clientSecret, privateKeyFile, assertionFile or identityProvider'],
  [{ clientId: 'c', clientSecret: 's-Tz8', privateKeyFile: '/f' }, 'not both'],
  [{ clientId: 'c', privateKeyFile: '/no/such/key' }, 'oauth.privateKeyFile: it cannot be read (ENOENT)'],
  [{ clientId: 'c', privateKeyFile: '/dev/null' }, 'This is no private key that can be read'],
  [
    { clientId: 'c', clientSecret: 's-Tz8', tokenUrl: 'ftp://x' },
    'tokenUrl: an address begins with https://',
  ],
  [{ clientId: 'c', clientSecret: 's-Tz8', token_url: 'x' }, 'token_url'],
])('%#: the server does not start with what cannot work, and says where it stands', async (oauth, reason) => {
  const started = openApiServer({ mcpServers: { wiki: { url: 'https://wiki.example/mcp', oauth } } });
  const message = await started.then(
    api => api.close().then(() => 'it started'),
    (error: unknown) => String(error),
  );
  expect(message).toContain('TRAMONTANE_MCP_SERVERS');
  expect(message).toContain('mcpServers.wiki');
  expect(message).toContain(reason);
  expect(message).not.toContain('s-Tz8');
});
