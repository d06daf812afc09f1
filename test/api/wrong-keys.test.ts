import { afterAll, beforeAll, expect, it } from 'vitest';
import { hasRedis, openTestRedis } from '@tramontane/testkit/redis';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { record } from './shapes.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await openApiServer({
    settings: { TRAMONTANE_WRONG_KEY_LIMIT: '3/day', TRUSTED_PROXIES: '127.0.0.1, ::1' },
  });
});
afterAll(() => api?.close());

const ask = (key: string, address: string, path = '/v1/agents', from = api) =>
  from.send('GET', path, undefined, {
    authorization: key === '' ? '' : `Bearer ${key}`,
    'x-forwarded-for': address,
  });

it('too many wrong keys from one address are told to come back later, wherever they are tried', async () => {
  const address = '192.0.2.1';
  for (const path of ['/v1/agents', '/metrics', '/v1/nothing'])
    expectError(await ask('wrong', address, path), 401);
  for (const path of ['/v1/agents', '/metrics', '/v1/nothing', '/%zz']) {
    const refused = await ask('another wrong one', address, path);
    expectError(refused, 429);
    expect(refused.json).toMatchObject({ type: 'rate_limited', code: '1300' });
    expect(record(refused.json)['message']).toMatch(
      /3\/day with wrong credentials from each address\. Try again in \d+ s\./,
    );
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3600);
  }
  expect((await ask(api.key, address, '/metrics')).text).toMatch(
    /^mcp_refused_requests_total\{by="auth"\} 7$/m,
  );
});

it('nobody is locked out by that: a right key is let in, also one made since; a missing one is no wrong one', async () => {
  const address = '192.0.2.2';
  for (let n = 0; n < 5; n += 1) await ask('wrong', address);
  expectError(await ask('wrong', address), 429);
  expect((await ask(api.key, address)).status).toBe(200);
  expect((await ask(await api.makeKey({ user: 'ann' }), address)).status).toBe(200);
  expectError(await ask('', address), 401);
  expectError(await ask('wrong', address), 429);
  expectError(await ask('wrong', '192.0.2.3'), 401);
});

it('a network of IPv6 is one address', async () => {
  for (let n = 0; n < 3; n += 1) expectError(await ask('wrong', `2001:db8::${n}`), 401);
  expectError(await ask('wrong', '2001:db8::ffff'), 429);
  expectError(await ask('wrong', '2001:db8:0:1::1'), 401);
});

it.skipIf(!hasRedis())('servers on one Redis count wrong keys together', async () => {
  await using opened = new AsyncDisposableStack();
  const redis = opened.use(await openTestRedis());
  const settings = { REDIS_URL: redis.url, TRAMONTANE_WRONG_KEY_LIMIT: '4/day' };
  const open = async () => opened.adopt(await openApiServer({ settings }), each => each.close());
  const servers = [await open(), await open()];
  const statuses = await Promise.all(
    Array.from({ length: 10 }, async (_, n) => (await ask('wrong', '', '/v1/agents', servers[n % 2])).status),
  );
  expect(statuses.filter(status => status === 401)).toHaveLength(4);
  expect(statuses.filter(status => status === 429)).toHaveLength(6);
});

it('a short key of the settings is told in the log, without showing it', async () => {
  expect(api.log()).not.toContain('can be guessed');
  await using opened = new AsyncDisposableStack();
  const short = opened.adopt(await openApiServer({ settings: { TRAMONTANE_API_KEYS: 'hunter2' } }), each =>
    each.close(),
  );
  expect(short.log()).toContain(
    'TRAMONTANE_API_KEYS has a key of fewer than 16 characters, which can be guessed.',
  );
  expect(short.log()).not.toContain('hunter2');
});
