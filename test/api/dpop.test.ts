import { describe, expect, it } from 'vitest';
import { createDpopCheck } from '@tramontane/testkit/auth-servers';
import { browse, openGuarded } from './open-guarded.ts';
import { createInlineConnector } from './inline-connector.ts';
import { keys, pem, useMachineSignIn } from './use-machine-sign-in.ts';

const { api, createConnector, store, callEcho } = useMachineSignIn();

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
    await browse((await api().sdk.beta.connectors.getAuthUrl({ connectorIdOrName: name })).authUrl);
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
    const id = await createInlineConnector(api(), tools.url, auth);
    expect((await callEcho(id)).text).toContain('answer of echo');
    authServer.expireAccessTokens();
    renew();
    expect((await callEcho(id)).text).toContain('answer of echo');
  });
});
