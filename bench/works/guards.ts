import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBarePair, takeRounds, toContender, type BenchContext } from '../bench-context.ts';
import { toCall } from '../calls.ts';
import { TOKEN } from '../peers/open-guarded.ts';
import { find, toRatio, type Ratio, type WorkResult } from '../result.ts';
import { runRounds, type Contender, type Rounds } from '../rounds.ts';

/** tools/call with every guard on; afterwards everything that counts has counted the requests that were sent. */
export async function measureGuards(context: BenchContext): Promise<WorkResult> {
  const counts: object[] = [];
  const measured = await takeRounds(context, async own => {
    const folder = await mkdtemp(join(tmpdir(), 'tramontane-bench-'));
    try {
      const { rounds, counted } = await takeOnce(own, folder);
      counts.push(counted);
      return rounds;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  const work = 'tools/call with every guard on';
  const of = (one: string, other: string): ReturnType<typeof toRatio> =>
    toRatio(find(measured, one), find(measured, other));
  const ratios: Ratio[] = [
    { work, of: 'kit / bare node:http', ...of('kit with guards', 'bare'), wanted: { atLeast: 0.4 } },
    { work, of: 'kit / official SDK v2', ...of('kit with guards', 'official SDK'), wanted: { atLeast: 5 } },
    { work, of: 'kit / kit without guards', ...of('kit with guards', 'kit') },
    { work, of: 'bare twin / bare', ...of('bare twin', 'bare'), note: 'the error of the bench' },
  ];
  return { ratios, figures: { guards: measured, guardsCounted: counts }, skipped: [] };
}

/** @throws Error when metrics, log or audit have not counted exactly what was sent. */
async function takeOnce(
  context: BenchContext,
  folder: string,
): Promise<{ readonly rounds: readonly Rounds[]; readonly counted: object }> {
  const guarded = await context.open('peers/kit-guarded.ts', [folder]);
  const target = toCall(guarded.url, { authorization: `Bearer ${TOKEN}` });
  const plain = await context.open('peers/kit.ts');
  const sdk = await context.open('peers/official-sdk.ts');
  // Asked for the bytes of its answers, the plain kit is told nothing of a token.
  const [bare, twin] = await openBarePair(context, toCall(plain.url));
  const sent = { count: 0 };
  const rounds = await runRounds(
    [
      toContender(context, 'bare', bare, toCall(bare.url)),
      counting(toContender(context, 'kit with guards', guarded, target), sent),
      toContender(context, 'kit', plain, toCall(plain.url)),
      toContender(context, 'official SDK', sdk, toCall(sdk.url)),
      toContender(context, 'bare twin', twin, toCall(twin.url)),
    ],
    context.pace,
  );
  const metrics = await readMetrics(guarded.url);
  await guarded.end();
  const counted = {
    sent: sent.count,
    metrics,
    log: await countLines(join(folder, 'server.log')),
    audit: await countLines(join(folder, 'audit.jsonl')),
  };
  if (new Set(Object.values(counted)).size > 1)
    throw new Error(`Not everything was counted: ${JSON.stringify(counted)}`);
  return { rounds, counted };
}

function counting(contender: Contender, sent: { count: number }): Contender {
  return {
    ...contender,
    load: async durationMs => {
      const figures = await contender.load(durationMs);
      sent.count += figures.answered;
      return figures;
    },
  };
}

async function readMetrics(url: string): Promise<number> {
  const response = await fetch(new URL('/metrics', url), { headers: { authorization: `Bearer ${TOKEN}` } });
  const text = await response.text();
  return Number(/^mcp_tool_invocations_total\{tool_name="add",status="success"\} (\d+)$/m.exec(text)?.[1]);
}

async function countLines(path: string): Promise<number> {
  return (await readFile(path)).reduce((lines, byte) => (byte === 0x0a ? lines + 1 : lines), 0);
}
