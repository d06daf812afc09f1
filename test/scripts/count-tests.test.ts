import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from '../architecture/source-file.ts';

const run = promisify(execFile);
const script = pathToFileURL(`${ROOT}scripts/count-tests.mjs`).href;

async function count(report: object | undefined, exitCode: number): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'count-tests-'));
  try {
    const path = join(folder, 'tests.json');
    if (report !== undefined) await writeFile(path, JSON.stringify(report));
    const source = `import { countTests } from ${JSON.stringify(script)};
      console.log(JSON.stringify(countTests(${JSON.stringify(path)}, ${exitCode})));`;
    return JSON.parse((await run(process.execPath, ['--input-type=module', '-e', source])).stdout) as unknown;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const file = (status: string, ...tests: string[]): object => ({
  name: `${ROOT}a.test.ts`,
  status,
  assertionResults: tests.map(one => ({ status: one, fullName: one })),
});

test('passed, failed and skipped tests are counted', async () => {
  const report = {
    testResults: [file('failed', 'passed', 'failed', 'skipped', 'todo'), file('passed', 'passed')],
  };
  expect(await count(report, 1)).toMatchObject({
    passed: 2,
    failed: 1,
    skipped: ['a.test.ts: skipped', 'a.test.ts: todo'],
  });
});

test.each([
  ['a file that did not load', { testResults: [file('failed')] }, 1],
  ['an error outside every test', { testResults: [file('passed', 'passed')] }, 1],
  ['a run without a report', undefined, 0],
])('%s counts as failed', async (_name, report, exitCode) => {
  expect(await count(report, exitCode)).toMatchObject({ failed: 1 });
});
