import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEgress, parseAllowList } from '@tramontane/egress';
import { openConnections } from '@tramontane/mcp-client';
import { expect, onTestFinished, test } from 'vitest';
import { KINDS, createKillableServer } from './killable-server.ts';
import { MOMENTS, killRounds } from './kill-rounds.ts';

test.each(KINDS)(
  'a server over %s that is killed before, during and between calls serves the next call, and keeps nothing',
  async kind => {
    const folder = await mkdtemp(join(tmpdir(), 'links-'));
    const egress = openEgress({ allow: parseAllowList('loopback') });
    const connections = openConnections({ egress, environment: process.env });
    const server = createKillableServer(kind, join(folder, 'journal'));
    onTestFinished(async () => {
      await connections.close();
      await egress.close();
      await server.kill();
      await rm(folder, { recursive: true });
    });
    await server.start();
    const { problems, kills } = await killRounds(connections, server, kind, MOMENTS.length);
    expect(problems).toEqual([]);
    expect(kills).toBe(MOMENTS.length);
    // What has no sessions holds nothing open between calls.
    expect(await server.sessions()).toBe(kind === 'http-2026' ? 0 : 1);
    await connections.close();
    await expect.poll(() => server.sessions(), { timeout: 10_000 }).toBe(0);
  },
  120_000,
);
