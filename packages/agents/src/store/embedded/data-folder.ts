import { randomBytes } from 'node:crypto';
import { chmod, link, lstat, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { codeOf, EmbeddedPostgresError, toFolderError } from './error.ts';
import { isRoot } from './system-user.ts';

/** Makes the data folder if it is missing and proves that it can be written. Returns its real path. */
export async function openDataFolder(dataDirectory: string): Promise<string> {
  const wanted = resolve(dataDirectory);
  try {
    await makeFolder(wanted);
    const folder = await realpath(wanted);
    // access(2) says yes to root on read-only file systems and on full disks.
    const trial = join(folder, `.write-trial-${process.pid}-${randomBytes(4).toString('hex')}`);
    try {
      await writeFile(trial, 'x', { flag: 'wx', mode: 0o600 });
    } finally {
      await rm(trial, { force: true });
    }
    return folder;
  } catch (error) {
    throw toFolderError(wanted, error);
  }
}

/** Makes a folder and its parents, one by one: below /proc the recursive mkdir of Node 24 never returns. */
async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const parent = dirname(path);
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error;
    if (!(await isThere(parent))) await makeFolder(parent);
    // Another start may have made the parent meanwhile. A parent that takes no folders says so again.
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  // Root's database runs as another user, who has to pass through (not read) the folder.
  const mode = isRoot() ? 0o711 : 0o700;
  try {
    await mkdir(path, { mode });
    // The umask took bits away from a folder just made.
    if (isRoot()) await chmod(path, mode);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** A link to nothing counts as there: no folder can be made in its place. */
async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Reads a small file of the data folder, or writes `content()` there first. Of several processes
 * that do so at once all get the content of the one that was first: link(2) never replaces.
 */
export async function readOrWriteOnce(
  folder: string,
  name: string,
  content: () => Promise<string>,
): Promise<string> {
  const path = join(folder, name);
  const present = await readIfThere(path);
  if (present !== undefined) return present;
  const draft = `${path}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(draft, await content(), { mode: 0o600, flush: true });
    await link(draft, path);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    if (codeOf(error) !== 'EEXIST') throw toFolderError(folder, error);
  } finally {
    await rm(draft, { force: true });
  }
  return await readFile(path, 'utf8');
}

/** The file's text, or undefined if there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
