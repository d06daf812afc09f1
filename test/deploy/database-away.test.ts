import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { readConfig, startServer } from '@tramontane/agents';
import { openTestDatabase } from '@tramontane/testkit/database';
import { openDatabaseProxy } from './database-proxy.ts';

test('while the database is away the process lives and is not ready; then it heals by itself', async () => {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openTestDatabase());
  const proxy = await openDatabaseProxy(database.url);
  opened.defer(() => proxy.close());
  const folder = await mkdtemp(join(tmpdir(), 'tramontane-away-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startServer(
    readConfig({
      DATABASE_URL: proxy.url,
      TRAMONTANE_PORT: '0',
      TRAMONTANE_DATA: folder,
      TRAMONTANE_API_KEYS: 'a-key-of-the-test',
      TRAMONTANE_SECRET_KEY: 'a-secret-of-the-test',
    }),
    { log: pino({ level: 'silent' }) },
  );
  opened.defer(() => server.close());
  const ask = (path: string) =>
    fetch(`${server.url}${path}`, { headers: { authorization: 'Bearer a-key-of-the-test' } });
  expect((await ask('/health/ready')).status).toBe(200);

  proxy.cut();
  const away = await ask('/health/ready');
  expect([away.status, await away.json()]).toEqual([503, { detail: 'Not ready' }]);
  expect((await ask('/health')).status).toBe(200);
  const refused = await ask('/v1/agents');
  expect([refused.status, await refused.json()]).toEqual([
    503,
    expect.objectContaining({ object: 'error', type: 'database_away', raw_status_code: 503 }),
  ]);
  expect(refused.headers.get('retry-after')).toBe('1');

  proxy.mend();
  await vi.waitFor(async () => expect((await ask('/health/ready')).status).toBe(200), { timeout: 20_000 });
  expect((await ask('/v1/agents')).status).toBe(200);
});
