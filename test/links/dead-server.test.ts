import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEgress, parseAllowList } from '@tramontane/egress';
import {
  type Connections,
  type RemoteTarget,
  type ServerTarget,
  openConnections,
} from '@tramontane/mcp-client';
import { expect, onTestFinished, test } from 'vitest';
import { KINDS, type Kind, createKillableServer } from './killable-server.ts';
import { ANSWER, openAnsweringKit, openAnsweringSessions } from './open-answering.ts';

interface Neighbour {
  readonly target: RemoteTarget;
  readonly sessions: () => number;
}

const targetOf = (url: string): RemoteTarget => ({
  scope: { workspace: 'w', connector: url, credential: 'none' },
  url,
  auth: { type: 'none' },
  timeoutMs: 10_000,
});

async function openSessions(): Promise<Neighbour> {
  const { url, sessions } = await openAnsweringSessions();
  return { target: targetOf(url), sessions };
}

async function openKit(kind: 'sse' | 'websocket'): Promise<Neighbour> {
  const { port, urlAt, sessions } = await openAnsweringKit(kind);
  return { target: targetOf(urlAt(port)), sessions };
}

async function answers(connections: Connections, target: ServerTarget): Promise<string> {
  const call = { name: 'answer', arguments: {}, idempotencyKey: 'k', signal: AbortSignal.timeout(20_000) };
  const [block] = (await connections.callTool(target, call)).content;
  return block?.type === 'text' ? block.text : '';
}

/** A target that worked and is dead now. */
async function openDead(kind: Kind, connections: Connections): Promise<ServerTarget> {
  if (kind === 'stdio') {
    const scope = { workspace: 'w', connector: 'dead', credential: 'none' };
    return { scope, timeoutMs: 10_000, name: 'stdio:dead', process: { command: '/no/such/program' } };
  }
  const folder = await mkdtemp(join(tmpdir(), 'links-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const server = createKillableServer(kind, join(folder, 'journal'));
  onTestFinished(() => server.kill());
  await server.start();
  await connections.listTools(server.target, { signal: AbortSignal.timeout(20_000) });
  await server.kill();
  return server.target;
}

test.each(KINDS)(
  'a dead server over %s leaves nine others untouched',
  async kind => {
    const egress = openEgress({ allow: parseAllowList('loopback') });
    onTestFinished(() => egress.close());
    const neighbours = await Promise.all([
      ...[1, 2, 3].map(openSessions),
      ...[1, 2, 3].map(() => openKit('sse')),
      ...[1, 2, 3].map(() => openKit('websocket')),
    ]);
    const connections = openConnections({ egress });
    onTestFinished(() => connections.close());
    await Promise.all(neighbours.map(({ target }) => answers(connections, target)));
    const dead = await openDead(kind, connections);

    const failures: unknown[] = [];
    const failing = Promise.all(
      Array.from({ length: 20 }, () =>
        answers(connections, dead).catch((error: unknown) => failures.push(error)),
      ),
    );
    const given = await Promise.all(
      neighbours.flatMap(({ target }) => Array.from({ length: 10 }, () => answers(connections, target))),
    );
    await failing;
    expect(given.filter(text => text === ANSWER)).toHaveLength(90);
    expect(failures).toHaveLength(20);
    // It is tried again and again meanwhile.
    await expect.poll(() => connections.health(dead.scope)[0]?.state, { timeout: 20_000 }).toBe('waiting');
    const healths = neighbours.map(({ target }) => connections.health(target.scope)[0]);
    for (const health of healths) expect(health).toMatchObject({ state: 'ready', connects: 1, failures: 0 });
    expect(neighbours.map(({ sessions }) => sessions())).toEqual(Array(9).fill(1));
    await connections.close();
    await expect.poll(() => neighbours.map(({ sessions }) => sessions())).toEqual(Array(9).fill(0));
  },
  60_000,
);
