import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './run-tool.ts';
import { judge, readResults, type Verdict } from './verdict.ts';

/** Of the skills extension; the kit has them in no set of requirements, so they are run by name. */
export const SKILL_SCENARIOS = [
  'sep-2640-skills-enumeration',
  'sep-2640-skills-manifest',
  'sep-2640-skills-directory',
] as const;

export async function checkSkills(url: string): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    for (const scenario of SKILL_SCENARIOS) {
      await runTool(['server', '--url', url, '--scenario', scenario, '-o', folder]);
    }
    return judge(await readResults(folder), SKILL_SCENARIOS);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
