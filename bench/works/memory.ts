import type { BenchContext } from '../bench-context.ts';
import { toCall } from '../calls.ts';
import type { WorkResult } from '../result.ts';
import { round2 } from '../rounds.ts';

interface Held {
  readonly rss: number;
  readonly heapUsed: number;
}

/** Memory after many calls, and whether as many again make it grow. Read after a forced collection. */
export async function measureMemory(context: BenchContext): Promise<WorkResult> {
  const kit = await hold(context, 'peers/kit.ts');
  const sdk = await hold(context, 'peers/official-sdk.ts');
  const work = `memory after ${context.memoryCalls.toLocaleString('en')} calls`;
  return {
    ratios: [
      {
        work,
        of: 'kit / official SDK v2, resident',
        ratio: round2(kit.first.rss / sdk.first.rss),
        wanted: { atMost: 1.1 },
      },
      {
        work: 'memory after as many calls again',
        of: 'kit heap / kit heap before',
        ratio: round2(kit.second.heapUsed / kit.first.heapUsed),
        wanted: { atMost: 1.02 },
      },
    ],
    figures: { memory: { kit, 'official SDK': sdk } },
    skipped: [],
  };
}

async function hold(context: BenchContext, program: string): Promise<{ first: Held; second: Held }> {
  const server = await context.open(program);
  const takeCalls = async (): Promise<Held> => {
    for (let left = context.memoryCalls; left > 0;) {
      left -= (await context.load.http(toCall(server.url), 500)).answered;
    }
    return server.memory();
  };
  return { first: await takeCalls(), second: await takeCalls() };
}
