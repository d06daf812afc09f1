import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { hasRedis, openTestRedis } from '@tramontane/testkit/redis';
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

    const statuses = await Promise.all(
      hosts.flatMap(host =>
        Array.from({ length: ASKED }, async () => {
          const response = await fetch(`http://${host}:8000/mcp/v1/tools`);
          await response.arrayBuffer();
          return { host, status: response.status, retryAfter: Number(response.headers.get('retry-after')) };
        }),
      ),
    );
    const allowed = statuses.filter(({ status }) => status === 200);
    const refused = statuses.filter(({ status }) => status === 429);
    expect(allowed).toHaveLength(LIMIT);
    expect(refused).toHaveLength(hosts.length * ASKED - LIMIT);
    expect(refused.every(({ retryAfter }) => retryAfter > 3000 && retryAfter <= 3600)).toBe(true);
    // None of them decided alone.
    expect(new Set(allowed.map(({ host }) => host)).size).toBe(hosts.length);
  },
);
