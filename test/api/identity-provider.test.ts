import { describe, expect, it, onTestFinished } from 'vitest';
import { openIdentityProvider } from '@tramontane/testkit/auth-servers';
import { expectError } from './expect-error.ts';
import { openGuarded } from './open-guarded.ts';
import { jwk, keys, pem, useMachineSignIn } from './use-machine-sign-in.ts';

const { api, createConnector, store, callEcho } = useMachineSignIn();

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
    const rows = await api().query('select * from tramontane.connector_credentials');
    const everything = JSON.stringify(rows) + api().log() + api().answered();
    const secrets = [subject_token, 'secret-at-the-idp', 'secret-at-the-tools', 'access-of-test-'];
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
