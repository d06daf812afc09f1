import { openBarePair, takeRounds, toContender, type BenchContext } from '../bench-context.ts';
import { toList } from '../calls.ts';
import { find, toRatio, type WorkResult } from '../result.ts';
import { runRounds } from '../rounds.ts';

const MANY = 1000;

/** tools/list with 1,000 tools, in pages as the server cuts them, against a bare server that sends the same bytes. */
export async function measureToolLists(context: BenchContext): Promise<WorkResult> {
  const measured = await takeRounds(context, async own => {
    const kit = await own.open('peers/kit.ts', [`--tools=${MANY}`]);
    const [bare, twin] = await openBarePair(own, toList(kit.url));
    return runRounds(
      [
        toContender(own, 'bare', bare, toList(bare.url), checkList),
        toContender(own, 'kit', kit, toList(kit.url), checkList),
        toContender(own, 'bare twin', twin, toList(twin.url), checkList),
      ],
      own.pace,
    );
  });
  const work = 'tools/list, 1,000 tools';
  const bareOnes = find(measured, 'bare');
  return {
    ratios: [
      {
        work,
        of: 'kit / bare, same bytes',
        ...toRatio(find(measured, 'kit'), bareOnes),
        wanted: { atLeast: 0.8 },
      },
      {
        work,
        of: 'bare twin / bare',
        ...toRatio(find(measured, 'bare twin'), bareOnes),
        note: 'the error of the bench',
      },
    ],
    figures: { toolLists: measured },
    skipped: [],
  };
}

function checkList(sample: string, who: string): void {
  if (!sample.includes('"name":"add"')) throw new Error(`${who} answered ${sample.slice(0, 300)}`);
}
