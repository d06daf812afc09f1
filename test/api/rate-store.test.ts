import { expect, it } from 'vitest';
import { hasRedis, openTestRedis } from '@tramontane/testkit/redis';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { eventually } from './shapes.ts';

it.skipIf(!hasRedis())(
  'servers on one Redis count together; while it is away each goes on alone, and says so',
  async () => {
    await using opened = new AsyncDisposableStack();
    const redis = opened.use(await openTestRedis());
    const open = async () =>
      opened.adopt(
        await openApiServer({ settings: { REDIS_URL: redis.url, TRAMONTANE_RATE_LIMIT: '10/day' } }),
        each => each.close(),
      );
    const [one, other] = [await open(), await open()];
    const ask = async (api: ApiServer) => (await api.send('GET', '/v1/agents')).status;
    const isShared = async (api: ApiServer) =>
      /^mcp_rate_store_shared ([01])$/m.exec((await api.send('GET', '/metrics')).text)?.[1];
    expect(await isShared(one)).toBe('1');
    // Nine are left, for both together.
    const asked = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n % 2 ? one : other)));
    expect(asked.filter(status => status === 200)).toHaveLength(9);
    expect(asked.filter(status => status === 429)).toHaveLength(11);

    await redis.kill();
    expect(await ask(one)).toBe(200);
    expect(one.log()).toContain('Redis is away: rates are counted in the memory of this process.');
    expect(await isShared(one)).toBe('0');

    await redis.start();
    await eventually('the shared count', async () => {
      await ask(one);
      return one.log().includes('Redis is back') ? true : undefined;
    });
  },
);
