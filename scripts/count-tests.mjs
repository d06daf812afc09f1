// Counts the tests in vitest's JSON report. Runs on Node 20.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { root } from './root.mjs';

/**
 * Returns { passed, failed, skipped: [names], problems: [sentences] } of one run. What a count of tests cannot show
 * (a file that did not load, an error outside a test, a run that wrote no report) is counted as failed.
 * @returns {{ passed: number, failed: number, skipped: string[], problems: string[] }}
 */
export function countTests(reportPath, exitCode) {
  if (!existsSync(reportPath))
    return { passed: 0, failed: 1, skipped: [], problems: ['vitest wrote no report'] };
  /** @type {{ passed: number, failed: number, skipped: string[], problems: string[] }} */
  const counts = { passed: 0, failed: 0, skipped: [], problems: [] };
  for (const file of JSON.parse(readFileSync(reportPath, 'utf8')).testResults) {
    const before = counts.failed;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed += 1;
      else if (test.status === 'failed') counts.failed += 1;
      else counts.skipped.push(`${relative(root, file.name)}: ${test.fullName}`);
    }
    if (file.status === 'failed' && counts.failed === before) {
      counts.failed += 1;
      counts.problems.push(`${relative(root, file.name)} did not run to its end`);
    }
  }
  if (exitCode !== 0 && counts.failed === 0) {
    counts.failed += 1;
    counts.problems.push(`vitest ended with exit code ${exitCode}`);
  }
  return counts;
}
