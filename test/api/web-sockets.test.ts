import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type AuthServerOptions, openAuthServer } from '@tramontane/testkit/auth-servers';
import { openGuardedSocket } from '../links/guarded-socket.ts';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { browse } from './open-guarded.ts';
import { modelThatCalls } from './run-turn.ts';
import { record } from './shapes.ts';

// Tool servers over WebSocket through the API, with OAuth: the token goes into the request that opens the connection.

let api: ApiServer;
beforeAll(async () => {
  api = await openApiServer();
});
afterAll(() => api?.close());

async function open(options: AuthServerOptions = {}) {
  const authServer = await openAuthServer(options);
  onTestFinished(() => authServer.close());
  const socket = await openGuardedSocket({ authServer });
  onTestFinished(() => socket.close());
  return { authServer, socket };
}

let count = 0;
async function createConnector(server: string): Promise<string> {
  const name = `socket-${(count += 1)}`;
  const made = await api.send('POST', '/v1/connectors', { name, description: 'd', server });
  expect([made.status, record(made.json)['server']]).toEqual([201, server]);
  return name;
}

const callEcho = (name: string) => api.send('POST', `/v1/connectors/${name}/tools/echo/call`, {});

describe('a WebSocket server that wants OAuth', () => {
  it('leads to the sign-in, and its opening carries the token', async () => {
    const { authServer, socket } = await open();
    const name = await createConnector(socket.url);
    const before = await callEcho(name);
    expectError(before, 403);
    expect(before.json).toMatchObject({ type: 'sign_in_required' });
    await browse((await api.sdk.beta.connectors.getAuthUrl({ connectorIdOrName: name })).authUrl);
    expect((await callEcho(name)).text).toContain('answer of echo');
    expect(socket.openings.at(-1)).toMatchObject({
      authorization: expect.stringMatching(/^Bearer access-of-test-/),
      isIn: true,
    });
    expect(authServer.tokenRequests.at(-1)?.get('resource')).toBe(socket.url.replace('ws:', 'http:'));
  });

  it('gets a fresh token when the connection is made again after the end of the old one', async () => {
    const { authServer, socket } = await open();
    const name = await createConnector(socket.url);
    await browse((await api.sdk.beta.connectors.getAuthUrl({ connectorIdOrName: name })).authUrl);
    await callEcho(name);
    const first = socket.openings.at(-1)?.authorization;
    authServer.expireAccessTokens();
    socket.cut();
    // The opening with the old token is turned away, the next one is not.
    await expect
      .poll(async () => (await callEcho(name)).text, { timeout: 10_000 })
      .toContain('answer of echo');
    expect(authServer.counts).toMatchObject({ refreshes: 1, reuses: 0 });
    expect(socket.openings.at(-1)?.isIn).toBe(true);
    expect(socket.openings.at(-1)?.authorization).not.toBe(first);
  });

  it('leads to the sign-in once more when the old one is over', async () => {
    const { authServer, socket } = await open();
    const name = await createConnector(socket.url);
    await browse((await api.sdk.beta.connectors.getAuthUrl({ connectorIdOrName: name })).authUrl);
    await callEcho(name);
    authServer.revokeFamilies();
    socket.cut();
    await expect
      .poll(async () => record((await callEcho(name)).json)['type'], { timeout: 10_000 })
      .toBe('sign_in_required');
  });

  it('takes tokens of client credentials, given inline', async () => {
    const { authServer, socket } = await open({ clients: { c: 'secret-Rt6' } });
    const auth = {
      type: 'oauth2',
      client_id: 'c',
      client_secret: 'secret-Rt6',
      token_url: `${authServer.issuer}/token`,
    };
    const answer = await api.send('POST', '/v1/conversations', {
      model: modelThatCalls(api, 'echo'),
      inputs: 'Say it.',
      tools: [{ type: 'mcp', config: { server_url: socket.url, auth } }],
    });
    expect(answer.text).toContain('answer of echo');
    expect(socket.openings).toEqual([
      { authorization: expect.stringMatching(/^Bearer access-of-test-/), isIn: true },
    ]);
  });
});
