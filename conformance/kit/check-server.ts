import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readScored, type Revision } from './requirements.ts';
import { runTool } from './run-tool.ts';
import { judge, readResults, type Verdict } from './verdict.ts';

/** Runs every scenario of a revision against the server at `url`, which has to name localhost. */
export async function checkServer(url: string, revision: Revision): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const { output } = await runTool(['server', '--url', url, '--requirements', revision, '-o', folder]);
    const results = await readResults(folder);
    if (results.length === 0) throw new Error(`The conformance kit ran nothing:\n${output}`);
    return judge(results, await readScored(revision, 'server'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
