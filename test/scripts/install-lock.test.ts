import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../architecture/source-file.ts';

const run = promisify(execFile);
const script = pathToFileURL(`${ROOT}scripts/install-lock.mjs`).href;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'install-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process that takes the lock, writes `in`, works a little, writes `out`, and lets go. */
function worker(): Promise<unknown> {
  const source = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    import { takeLock } from ${JSON.stringify(script)};
    const lock = await takeLock(${JSON.stringify(join(folder, 'sub', 'lock'))}, () => {});
    appendFileSync(${JSON.stringify(join(folder, 'log'))}, 'in\\n');
    await setTimeout(20);
    appendFileSync(${JSON.stringify(join(folder, 'log'))}, 'out\\n');
    lock.release();`;
  return run(process.execPath, ['--input-type=module', '-e', source]);
}

async function expectOneAtATime(count: number): Promise<void> {
  const lines = (await readFile(join(folder, 'log'), 'utf8')).trim().split('\n');
  expect(lines).toEqual(Array.from({ length: count }, () => ['in', 'out']).flat());
  expect(existsSync(join(folder, 'sub', 'lock'))).toBe(false);
}

test('of several processes one has the lock at a time', async () => {
  await Promise.all(Array.from({ length: 4 }, worker));
  await expectOneAtATime(4);
});

test.each([
  ['of a dead process', () => JSON.stringify([spawnSync(process.execPath, ['--version']).pid])],
  ['that is damaged', () => 'not a list of processes'],
])('a lock %s is taken over', async (_name, content) => {
  await worker();
  await writeFile(join(folder, 'sub', 'lock'), content());
  await Promise.all([worker(), worker()]);
  await expectOneAtATime(3);
});
