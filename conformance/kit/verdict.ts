import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What one scenario found. */
export interface ScenarioResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly warnings: number;
  /** Sentences of the kit about what failed or warned. */
  readonly problems: readonly string[];
}

export interface Verdict {
  readonly scored: readonly ScenarioResult[];
  readonly unscored: readonly ScenarioResult[];
  /** Why the side under test does not conform; empty when it does. */
  readonly faults: readonly string[];
}

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

/** The kit writes a folder for each scenario, `<name>-<time>`, with its checks; names of client scenarios have slashes. */
export async function readResults(folder: string): Promise<readonly ScenarioResult[]> {
  const results = [];
  for (const entry of (await readdir(folder, { recursive: true })).sort()) {
    const name = /^(?:server-)?(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(dirname(entry).replaceAll('\\', '/'))?.[1];
    if (name === undefined || !entry.endsWith('checks.json')) continue;
    const checks = JSON.parse(await readFile(join(folder, entry), 'utf8')) as readonly Check[];
    results.push(toResult(name, checks));
  }
  return results;
}

/**
 * The kit lets a warning pass, and a scenario in which it checked nothing. Here both are failures: a warning is a
 * SHOULD that was not done, and nothing checked is nothing known.
 */
export function judge(results: readonly ScenarioResult[], scoredNames: readonly string[]): Verdict {
  const scored = results.filter(({ name }) => scoredNames.includes(name));
  const unscored = results.filter(({ name }) => !scoredNames.includes(name));
  const missing = scoredNames.filter(name => !scored.some(result => result.name === name));
  const faults = [
    ...missing.map(name => `${name}: the kit did not run it`),
    ...scored.flatMap(({ name, passed, failed, warnings, problems }) => {
      if (failed + warnings > 0) return problems.map(problem => `${name}: ${problem}`);
      return passed === 0 ? [`${name}: the kit checked nothing`] : [];
    }),
  ];
  return { scored, unscored, faults };
}

export function isClean({ passed, failed, warnings }: ScenarioResult): boolean {
  return passed > 0 && failed === 0 && warnings === 0;
}

function toResult(name: string, checks: readonly Check[]): ScenarioResult {
  const count = (status: string): number => checks.filter(check => check.status === status).length;
  return {
    name,
    passed: count('SUCCESS'),
    failed: count('FAILURE'),
    warnings: count('WARNING'),
    problems: checks
      .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
      .map(({ id, status, errorMessage }) => `${status} ${id}: ${errorMessage ?? 'no reason given'}`),
  };
}
