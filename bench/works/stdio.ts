import type { BenchContext } from '../bench-context.ts';
import { CALL_2026, checkSum } from '../calls.ts';
import { find, toRatio, type Ratio, type WorkResult } from '../result.ts';
import { runRounds, type Contender } from '../rounds.ts';
import { programArgs } from '../server-process.ts';

const PROGRAMS = { kit: '../peers/kit-stdio.ts', 'official SDK': '../peers/official-sdk-stdio.ts' };
const IN_FLIGHT = [
  { inFlight: 1, atLeast: 1.3 },
  { inFlight: 64, atLeast: 3 },
] as const;

/** tools/call over stdio, in both cases with real child processes and pipes. */
export async function measureStdio(context: BenchContext): Promise<WorkResult> {
  const { load, pace } = context;
  const pids = new Map<string, number>();
  for (const [name, program] of Object.entries(PROGRAMS)) {
    pids.set(name, await load.openStdio(name, programArgs(program.slice(3)), []));
  }
  const contender = (name: string, inFlight: number): Contender => ({
    name: `${name}, ${inFlight} in flight`,
    pid: pids.get(name) ?? 0,
    load: async durationMs => {
      const figures = await load.stdio(name, CALL_2026, inFlight, durationMs);
      checkSum(figures.sample, name);
      return figures;
    },
  });
  const ratios: Ratio[] = [];
  const figures: Record<string, unknown> = {};
  for (const { inFlight, atLeast } of IN_FLIGHT) {
    const measured = await runRounds([contender('kit', inFlight), contender('official SDK', inFlight)], pace);
    const [one, other] = [`kit, ${inFlight} in flight`, `official SDK, ${inFlight} in flight`];
    ratios.push({
      work: `stdio tools/call, ${inFlight} in flight`,
      of: 'kit / official SDK v2',
      ...toRatio(find(measured, one), find(measured, other)),
      wanted: { atLeast },
    });
    figures[`stdio${inFlight}`] = measured;
  }
  return { ratios, figures, skipped: [] };
}
