import { openEgress, parseAllowList } from '@tramontane/egress';
import { ConnectionError, openConnections, type ServerTarget } from '@tramontane/mcp-client';
import { type ToolServer, openSdkV1Server, openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { openLyingProxy } from './lying-proxy.ts';

export interface LiesReport {
  readonly writes: number;
  readonly answered: number;
  readonly unknown: number;
  readonly failed: number;
  readonly tricks: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

const AT_ONCE = 16;
const ERAS = ['2025', '2026'] as const;

/**
 * Writes through a proxy that lies, half of them to a server of each era. Each write either was answered and ran once, or is
 * marked as one that may have run, and ran at most once; one that is said not to have run did not.
 */
export async function writeThroughLies(count: number, random: () => number): Promise<LiesReport> {
  const reports: LiesReport[] = [];
  for (const era of ERAS) reports.push(await writeTo(era, count / ERAS.length, random));
  const sum = (of: (report: LiesReport) => number): number =>
    reports.reduce((all, report) => all + of(report), 0);
  const tricks: Record<string, number> = {};
  for (const report of reports)
    for (const [trick, times] of Object.entries(report.tricks)) tricks[trick] = (tricks[trick] ?? 0) + times;
  return {
    writes: sum(({ writes }) => writes),
    answered: sum(({ answered }) => answered),
    unknown: sum(({ unknown }) => unknown),
    failed: sum(({ failed }) => failed),
    tricks,
    problems: reports.flatMap(({ problems }) => problems),
  };
}

async function writeTo(era: (typeof ERAS)[number], count: number, random: () => number): Promise<LiesReport> {
  const ran = new Map<string, number>();
  const write = {
    name: 'write',
    inputSchema: { properties: { id: { type: 'string' } } },
    handler: ({ id }: Record<string, unknown>) => {
      ran.set(String(id), (ran.get(String(id)) ?? 0) + 1);
      return `wrote ${String(id)}`;
    },
  };
  const server: ToolServer =
    era === '2025' ? await openSdkV1Server({ tools: [write] }) : await openSdkV2Server({ tools: [write] });
  const proxy = await openLyingProxy(server.origin, random);
  const egress = openEgress({ allow: parseAllowList('loopback') });
  const connections = openConnections({ egress });
  const target: ServerTarget = {
    scope: { workspace: 'w', connector: era, credential: 'none' },
    url: `${proxy.url}/mcp`,
    auth: { type: 'none' },
    timeoutMs: 1_000,
  };
  const problems: string[] = [];
  const counts = { answered: 0, unknown: 0, failed: 0 };

  async function writeOne(id: string): Promise<void> {
    const call = {
      name: 'write',
      arguments: { id },
      idempotencyKey: id,
      signal: AbortSignal.timeout(60_000),
    };
    let outcome: keyof typeof counts;
    try {
      const { isError, content } = await connections.callTool(target, call);
      outcome = isError ? 'failed' : 'answered';
      if (outcome === 'answered' && !JSON.stringify(content).includes(`wrote ${id}`))
        problems.push(`${id} was given another answer: ${JSON.stringify(content)}`);
    } catch (error) {
      outcome = error instanceof ConnectionError && error.mayHaveRun ? 'unknown' : 'failed';
      if (!(error instanceof ConnectionError)) problems.push(`${id}: ${String(error)}`);
    }
    counts[outcome] += 1;
    const times = ran.get(id) ?? 0;
    if (times > 1) problems.push(`${id} ran ${times} times`);
    if (outcome === 'answered' && times !== 1) problems.push(`${id} was answered and ran ${times} times`);
    if (outcome === 'failed' && times !== 0) problems.push(`${id} is said not to have run, and ran`);
  }

  try {
    const ids = Array.from({ length: count }, (_, index) => `${era}-${index}`);
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let id = ids.pop(); id !== undefined; id = ids.pop()) await writeOne(id);
    });
    await Promise.all(workers);
    // A lie may have come back before the server acted; look again at the end.
    for (const [id, times] of ran) if (times > 1) problems.push(`${id} ran ${times} times in the end`);
    return { writes: count, ...counts, tricks: Object.fromEntries(proxy.played), problems };
  } finally {
    await connections.close();
    await egress.close();
    await proxy.close();
    await server.close();
  }
}
