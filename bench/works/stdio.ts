import { takeRounds, type BenchContext } from '../bench-context.ts';
import { CALL_2026, checkSum } from '../calls.ts';
import { find, toRatio, type Ratio, type WorkResult } from '../result.ts';
import { runRounds, type Contender, type Rounds } from '../rounds.ts';
import { programArgs } from '../server-process.ts';

const PROGRAMS = { kit: 'peers/kit-stdio.ts', 'official SDK': 'peers/official-sdk-stdio.ts' };
const IN_FLIGHT = [
  { inFlight: 1, atLeast: 1.3 },
  { inFlight: 64, atLeast: 3 },
] as const;

/** tools/call over stdio, in both cases with real child processes and pipes. */
export async function measureStdio(context: BenchContext): Promise<WorkResult> {
  let started = 0;
  const measured = await takeRounds(context, async ({ load, pace }) => {
    started += 1;
    const open = async (name: keyof typeof PROGRAMS) => {
      const process = `${name} ${started}`;
      const pid = await load.openStdio(process, programArgs(PROGRAMS[name]), []);
      return (inFlight: number): Contender => ({
        name: `${name}, ${inFlight} in flight`,
        pid,
        load: async durationMs => {
          const figures = await load.stdio(process, CALL_2026, inFlight, durationMs);
          checkSum(figures.sample, name);
          return figures;
        },
      });
    };
    const kit = await open('kit');
    const sdk = await open('official SDK');
    const taken: Rounds[] = [];
    for (const { inFlight } of IN_FLIGHT)
      taken.push(...(await runRounds([kit(inFlight), sdk(inFlight)], pace)));
    return taken;
  });
  const ratios = IN_FLIGHT.map(({ inFlight, atLeast }): Ratio => {
    const of = (name: string) => find(measured, `${name}, ${inFlight} in flight`);
    return {
      work: `stdio tools/call, ${inFlight} in flight`,
      of: 'kit / official SDK v2',
      ...toRatio(of('kit'), of('official SDK')),
      wanted: { atLeast },
    };
  });
  return { ratios, figures: { stdio: measured }, skipped: [] };
}
