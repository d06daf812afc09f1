import { chmod, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPlatformPackage, openBinaries } from './binaries.ts';
import { runProgram } from './run-program.ts';
import { findDatabaseUser, isRoot } from './system-user.ts';

let folder: string;
let packageFolder: string;

/** The package as npm unpacks it: without the links its install script would make. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tramontane-binaries-'));
  await chmod(folder, 0o711);
  packageFolder = join(folder, 'modules', 'package');
  await mkdir(join(folder, 'modules'), { mode: 0o755 });
  await cp(findPlatformPackage(), packageFolder, {
    recursive: true,
    filter: source => !/\.so(?:\.\d+)?$/u.test(source) || source.includes('postgresql'),
  });
});

afterEach(async () => {
  await chmod(join(folder, 'modules'), 0o755);
  await chmod(join(packageFolder, 'native', 'lib'), 0o755);
  await rm(folder, { recursive: true, force: true });
});

test('missing links are made, by several at once', async () => {
  const user = await findDatabaseUser();
  const opened = await Promise.all(
    [1, 2, 3].map(() => openBinaries({ home: folder, user, packageFolder, onProgress: () => undefined })),
  );
  expect(opened.map(binaries => binaries.staged)).toEqual([false, false, false]);
  const version = await runProgram(opened[0]?.postgres ?? '', ['--version'], { user });
  expect(version.stdout).toMatch(/^postgres \(PostgreSQL\) 18\./u);
});

test('a package that cannot be used where it is gets copied once', async () => {
  const user = await findDatabaseUser();
  // Root is stopped by nothing, but the user of its database is; anybody else by a folder that is closed to writing.
  if (isRoot()) await chmod(join(folder, 'modules'), 0o700);
  else await chmod(join(packageFolder, 'native', 'lib'), 0o555);
  const home = join(folder, 'home');
  await mkdir(home, { mode: 0o711 });
  const sentences: string[] = [];
  const open = (): ReturnType<typeof openBinaries> =>
    openBinaries({ home, user, packageFolder, onProgress: sentence => sentences.push(sentence) });
  const [first, second] = await Promise.all([open(), open()]);
  expect(first).toEqual(second);
  expect(first).toMatchObject({ staged: true });
  const said = sentences.length;
  expect(await open()).toEqual(first);
  expect(sentences).toHaveLength(said);
  expect(await readdir(home)).toHaveLength(1);
  expect((await runProgram(first.initdb, ['--version'], { user })).code).toBe(0);
});

test('programs that do not run here are refused with what to do', async () => {
  await writeFile(join(packageFolder, 'native', 'bin', 'postgres'), '#!/no/such/loader\n', { mode: 0o755 });
  const opening = openBinaries({ home: folder, user: undefined, packageFolder, onProgress: () => undefined });
  await expect(opening).rejects.toMatchObject({
    code: 'unsupported_platform',
    message: expect.stringMatching(/glibc.*DATABASE_URL/u),
  });
});
