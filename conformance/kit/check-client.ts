import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { readScored, readUnscored, type Revision } from './requirements.ts';
import { runTool } from './run-tool.ts';
import { openTurns } from './turns.ts';
import { judge, readResults, type ScenarioResult, type Verdict } from './verdict.ts';

/** The kit splits its command at spaces, so it names a relative file and a `node` that PATH finds. */
const COMMAND = 'node --conditions=@tramontane/source conformance/client/main.ts';
const ROOT = resolve(import.meta.dirname, '../..');
const SCENARIO_MS = '30000';
/** The kit starts the clients of all scenarios at once; here each waits for its turn. */
const TOGETHER_MS = '300000';

/** Every scenario of a revision in one run of the kit, as `--requirements` scores it. */
export async function checkClientTogether(revision: Revision): Promise<Verdict> {
  const turns = await openTurns();
  try {
    const results = await inFolder(async folder => {
      const args = ['--requirements', revision, '--timeout', TOGETHER_MS, '-o', folder];
      const { output } = await runClient(args, { CONFORMANCE_TURNS: String(turns.port) });
      const found = await readResults(folder);
      if (found.length === 0) throw new Error(`The conformance kit ran nothing:\n${output}`);
      return found;
    });
    return judge(results, await readScored(revision, 'client'));
  } finally {
    await turns.close();
  }
}

/**
 * The same scenarios one at a time. Only then the kit counts the client's exit code and its time limit, and warnings
 * as failures.
 */
export async function checkClientAlone(
  revision: Revision,
  isWanted: (name: string) => boolean = () => true,
): Promise<Verdict> {
  const scored = await readScored(revision, 'client');
  const names = [...scored, ...(await readUnscored(revision, 'client'))].filter(isWanted);
  const results: ScenarioResult[] = [];
  for (const name of names) results.push(await runAlone(name, revision));
  return judge(results, scored.filter(isWanted));
}

async function runAlone(name: string, revision: Revision): Promise<ScenarioResult> {
  return inFolder(async folder => {
    // An extension belongs to no revision, so the kit wants to be told that it is meant.
    const args = [
      '--scenario',
      name,
      '--spec-version',
      revision,
      '--force',
      '--timeout',
      SCENARIO_MS,
      '-o',
      folder,
    ];
    const { code, output } = await runClient(args);
    const [result] = await readResults(folder);
    if (result === undefined) throw new Error(`The conformance kit did not run ${name}:\n${output}`);
    if (code === 0 || result.failed + result.warnings > 0) return result;
    const said = output.replace(/^[\s\S]*?(?=Client exited|Client timed out)/, '').slice(0, 600);
    return {
      ...result,
      failed: result.failed + 1,
      problems: [...result.problems, `the kit exited with ${code}: ${said}`],
    };
  });
}

function runClient(args: readonly string[], env: NodeJS.ProcessEnv = {}): ReturnType<typeof runTool> {
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
  return runTool(['client', '--command', COMMAND, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env, PATH: path },
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
