import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openEgress, parseAllowList } from '@tramontane/egress';
import { openConnections } from '@tramontane/mcp-client';
import { createKillableServer, KINDS, type Kind } from '../links/killable-server.ts';
import { killRounds, until } from '../links/kill-rounds.ts';

interface KindResult {
  readonly kills: number;
  /** Milliseconds from the server's being back, or the call where that came later, to the first answer. */
  readonly recoveryP50: number;
  readonly recoveryP95: number;
  /** The same from the kill on, of programs: their own start is in it. */
  readonly restartP95?: number;
  /** Bytes in use after the second half, for each one after the first. */
  readonly heapGrowth: number;
  /** Sessions, streams, sockets or processes that are left when the client has closed. */
  readonly sessionsLeft: number;
}

export interface LinksResult {
  readonly kinds: Readonly<Partial<Record<Kind, KindResult>>>;
  readonly problems: readonly string[];
}

const MOST_RECOVERY_MS = 1_000;
const MOST_GROWTH = 1.1;

/** The long form of test/links/kill: every kind of server is killed `count` times, before, during and between calls. */
export async function soakLinks(count: number, say: (sentence: string) => void): Promise<LinksResult> {
  const kinds: Partial<Record<Kind, KindResult>> = {};
  const problems: string[] = [];
  for (const kind of KINDS) {
    try {
      const { result, found } = await soakKind(kind, count);
      kinds[kind] = result;
      problems.push(...found);
      say(
        `${kind}: ${result.kills} kills, recovery p95 ${result.recoveryP95} ms, heap ${result.heapGrowth} of what it was, ` +
          `${result.sessionsLeft} sessions left, ${found.length} problems`,
      );
    } catch (error) {
      // The other kinds have their results all the same.
      problems.push(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { kinds, problems };
}

async function soakKind(
  kind: Kind,
  count: number,
): Promise<{ result: KindResult; found: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'links-'));
  const egress = openEgress({ allow: parseAllowList('loopback') });
  const connections = openConnections({ egress, environment: process.env });
  const server = createKillableServer(kind, join(folder, 'journal'));
  try {
    await server.start();
    const half = Math.ceil(count / 2);
    const first = await killRounds(connections, server, kind, half);
    const heapBefore = heapInUse();
    const second = await killRounds(connections, server, kind, count - half, half);
    const heapGrowth = Number((heapInUse() / heapBefore).toFixed(3));
    await connections.close();
    // The last stream may end a moment after the client.
    await until(async () => (await server.sessions()) === 0).catch(() => undefined);
    const sessionsLeft = await server.sessions();
    const recoveries = [...first.recoveries, ...second.recoveries];
    const restarts = [...first.restarts, ...second.restarts];
    const result = {
      kills: first.kills + second.kills,
      recoveryP50: quantile(recoveries, 0.5),
      recoveryP95: quantile(recoveries, 0.95),
      ...(restarts.length > 0 && { restartP95: quantile(restarts, 0.95) }),
      heapGrowth,
      sessionsLeft,
    };
    const found = [...first.problems, ...second.problems];
    if (result.kills < count) found.push(`${kind}: ${result.kills} of ${count} kills were survived`);
    if (result.recoveryP95 > MOST_RECOVERY_MS)
      found.push(`${kind}: p95 of recovery is ${result.recoveryP95} ms`);
    if (heapGrowth > MOST_GROWTH) found.push(`${kind}: memory grew to ${heapGrowth} of what it was`);
    if (sessionsLeft > 0) found.push(`${kind}: ${sessionsLeft} sessions are left on the server`);
    return { result, found };
  } finally {
    await connections.close();
    await egress.close();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}
