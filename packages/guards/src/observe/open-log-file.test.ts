import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLogFile } from './open-log-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'));
  path = join(folder, 'server.log');
});
afterEach(() => rm(folder, { recursive: true }));

it('appends lines in their order, all of them, for its owner to read', async () => {
  const wanted: string[] = [];
  for (const opening of [1, 2]) {
    const file = await openLogFile({ path });
    for (let number = 0; number < 1000; number += 1) {
      const line = `{"opening":${opening},"number":${number},"msg":"Größe"}\n`;
      wanted.push(line);
      file.write(line);
      // So that some are written while others come.
      if (number % 100 === 0) await setImmediate();
    }
    await Promise.all([file.close(), file.close()]);
  }
  expect(await readFile(path, 'utf8')).toBe(wanted.join(''));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

const EXITING = `
import { openLogFile } from ${JSON.stringify(new URL('open-log-file.ts', import.meta.url).href)};
const file = await openLogFile({ path: process.argv[1] });
file.write('the last words\\n');
process.exit(3);
`;

it('writes to the standard output, through an end of the process too; a reader that left ends nothing', () => {
  const run = (shell: string) =>
    spawnSync('sh', ['-c', shell, 'sh', process.execPath, TALKING], { encoding: 'utf8' });
  expect(run('"$1" --input-type=module --eval "$2"')).toMatchObject({
    status: 4,
    stdout: 'one\ntwo\nthe last words\n',
    stderr: '',
  });
  const unheard = run('exec 3>&1; { "$1" --input-type=module --eval "$2"; echo "status $?" >&3; } | :');
  expect([unheard.stdout, unheard.stderr]).toEqual([
    'status 4\n',
    expect.stringContaining('The log stdout cannot be written in full, lines are lost: Error: write EPIPE'),
  ]);
});

const TALKING = `
import { openLogFile } from ${JSON.stringify(new URL('open-log-file.ts', import.meta.url).href)};
const path = 'stdout';
for (const line of ['one', 'two']) {
  const log = await openLogFile({ path });
  log.write(line + '\\n');
  await log.close();
}
const log = await openLogFile({ path });
log.write('the last words\\n');
process.exit(4);
`;

it('writes what waits when the process ends by itself', async () => {
  const args = ['--input-type=module', '--eval', EXITING, path];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  expect(status).toBe(3);
  expect(await readFile(path, 'utf8')).toBe('the last words\n');
});
