import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { hasRedis, openTestRedis } from '@tramontane/testkit/redis';
import { countAllowed } from './count-allowed.ts';
import { BOOKING_SERVER, createAddresses } from './open-cluster.ts';
import { createReplica } from './replica.ts';

// Three processes are started, which takes long on a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000 });

const LIMIT = 300;
const ASKED = 200;

it.skipIf(!hasRedis())(
  'a rate limit over three servers on one Redis is exact (needs redis-server)',
  async () => {
    await using opened = new AsyncDisposableStack();
    const redis = opened.use(await openTestRedis());
    const folder = await mkdtemp(join(tmpdir(), 'tramontane-rates-'));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    const at = createAddresses();
    const hosts = [at(21), at(22), at(23)];
    const servers = hosts.map(host =>
      createReplica([BOOKING_SERVER], {
        HOST: host,
        PORT: '8000',
        RATE: `${LIMIT}/hour`,
        EFFECTS: join(folder, 'effects'),
        REDIS_URL: redis.url,
      }),
    );
    for (const server of servers) opened.defer(() => server.kill());
    await Promise.all(servers.map(server => server.start()));

    const urls = hosts.map(host => `http://${host}:8000/mcp/v1/tools`);
    const found = await countAllowed(urls, ASKED);
    expect(found).toMatchObject({ allowed: LIMIT, others: [] });
    expect(found.retryAfter[0]).toBeGreaterThan(3000);
    expect(found.retryAfter[1]).toBeLessThanOrEqual(3600);
    // None of them decided alone.
    expect(found.byServer).not.toContain(0);
  },
);
