import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { Report } from '../../bench/report.ts';

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));

// How fast anything is, is no test's business; that the bench can be run at all, and measures what it says, is.
it.each([
  [
    'lists,stdio',
    ['kit / bare, same bytes', 'bare twin / bare', 'kit / official SDK v2', 'kit / official SDK v2'],
  ],
  [
    // It fails when metrics, log or audit counted anything but the requests that were sent.
    'guards',
    ['kit / bare node:http', 'kit / official SDK v2', 'kit / kit without guards', 'bare twin / bare'],
  ],
  [
    // With packages that it builds itself.
    'cold-start',
    ['kit / official SDK v2', 'kit / official SDK v2'],
  ],
  [
    'agents',
    [
      'time, tramontane / @openai/agents',
      'time, tramontane / ai',
      'time, tramontane / provider',
      'time outside the model, long / small without tools',
      'time outside the model, long / small with the same tools',
    ],
  ],
])('measures with real servers and a load of its own: %s', { timeout: 120_000 }, async (works, wanted) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const out = join(folder, 'report.json');
  try {
    const args = ['--conditions=@tramontane/source', MAIN, '--smoke', `--only=${works}`, `--out=${out}`];
    await promisify(execFile)(process.execPath, args);
    const { ratios } = JSON.parse(await readFile(out, 'utf8')) as Report;
    expect(ratios.map(({ of }) => of)).toEqual(wanted);
    for (const { ratio } of ratios) expect(ratio).toBeGreaterThan(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
