import { CUTS } from './cuts.ts';
import { runCut } from './run-cut.ts';

export interface GuardsResult {
  /** By guard: the tests that fail when it is taken out. */
  readonly failing: Readonly<Record<string, readonly string[]>>;
  /** Guards that can be taken out unnoticed. */
  readonly problems: readonly string[];
}

/** Takes out one guard after the other, and runs the tests that are to notice. */
export async function soakGuards(only: RegExp, say: (sentence: string) => void): Promise<GuardsResult> {
  const failing: Record<string, readonly string[]> = {};
  const problems: string[] = [];
  for (const cut of CUTS.filter(({ guard }) => only.test(guard))) {
    const failed = await runCut(cut);
    failing[cut.guard] = failed;
    if (failed.length === 0) problems.push(`No test fails without "${cut.guard}".`);
    say(`${cut.guard}: ${failed.length} tests fail without it`);
  }
  return { failing, problems };
}
