import { expect, it, vi } from 'vitest';
import { createGuard, openAuthServer } from '@tramontane/testkit/auth-servers';
import { openTestDatabase } from '@tramontane/testkit/database';
import { openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { openChildServer, type ChildServer } from './child-server.ts';

// Processes are started, which takes long on a machine that has much else to do.
vi.setConfig({ testTimeout: 180_000 });

const PROCESSES = 4;
const CALLS = 50;
const API_KEY = 'key-of-the-renewal-test';

it('four processes that call at once when a token has ended refresh it once', async () => {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openTestDatabase());
  let hold: Promise<void> | undefined;
  const authServer = opened.adopt(await openAuthServer({ hold: async () => hold }), each => each.close());
  const tools = opened.adopt(
    await openSdkV2Server({
      tools: [{ name: 'echo', inputSchema: {}, handler: () => 'answer of echo' }],
      guard: createGuard({ authServer }),
    }),
    each => each.close(),
  );
  const environment = {
    DATABASE_URL: database.url,
    TRAMONTANE_API_KEYS: API_KEY,
    TRAMONTANE_SECRET_KEY: 'secret-key-of-the-renewal-test-0123456789',
    TRAMONTANE_ALLOW_PRIVATE_NETWORKS: 'loopback',
  };
  const servers = await Promise.all(
    Array.from({ length: PROCESSES }, async () =>
      opened.adopt(await openChildServer(environment), each => each.stop()),
    ),
  );
  const [first] = servers;
  if (!first) throw new Error('no server');
  await send(first, 'POST', '/v1/connectors', { name: 'guarded', description: 'd', server: tools.url });

  // The token that comes of this has ended when it arrives.
  authServer.lifeSeconds = 0.001;
  const { auth_url: authUrl } = JSON.parse(await send(first, 'GET', '/v1/connectors/guarded/auth_url')) as {
    auth_url: string;
  };
  expect((await fetch(authUrl)).status).toBe(200);
  authServer.lifeSeconds = 3600;

  expect(await callAll(servers)).toBe(PROCESSES * CALLS);
  expect(authServer.counts).toMatchObject({ refreshes: 1, reuses: 0 });

  // Now the server alone knows that the token has ended; the refresh is answered when every process has met the 401.
  authServer.expireAccessTokens();
  const { promise, resolve } = Promise.withResolvers<void>();
  hold = promise;
  const before = tools.requests.length;
  const answers = callAll(servers);
  await expect
    .poll(() => tools.requests.length - before, { timeout: 60_000 })
    .toBeGreaterThanOrEqual(PROCESSES);
  resolve();
  expect(await answers).toBe(PROCESSES * CALLS);
  expect(authServer.counts).toMatchObject({ refreshes: 2, reuses: 0 });
});

async function callAll(servers: readonly ChildServer[]): Promise<number> {
  const calls = servers.flatMap(server =>
    Array.from({ length: CALLS }, async () =>
      send(server, 'POST', '/v1/connectors/guarded/tools/echo/call', {}),
    ),
  );
  const answers = await Promise.all(calls);
  expect(answers.filter(answer => !answer.includes('answer of echo'))).toEqual([]);
  return answers.length;
}

async function send(server: ChildServer, method: string, path: string, body?: unknown): Promise<string> {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return response.text();
}
