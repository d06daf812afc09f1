import { createHash } from 'node:crypto';
import { chown, lstat, mkdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, EmbeddedPostgresError } from './error.ts';
import { canEnter, type SystemUser } from './system-user.ts';

export const socketPort = 5432;

/** Never in the data folder: the path of a socket may have about 107 bytes, a data folder's any number. */
export async function chooseSocketFolder(
  cluster: string,
  user: SystemUser | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const uid = user?.uid ?? process.getuid?.() ?? 0;
  const name = `tramontane-${createHash('sha256').update(cluster).digest('hex').slice(0, 16)}-${uid}`;
  const folder = join(tmpdir(), name);
  if (Buffer.byteLength(folder) > 80) return join('/tmp', name);
  // Root's TMPDIR may lie where the database's user cannot go.
  return user && !(await canEnter(user, tmpdir(), signal)) ? join('/tmp', name) : folder;
}

/** Makes the folder if it is missing, and refuses one that somebody else made: they could pose as our database. */
export async function openSocketFolder(folder: string, user: SystemUser | undefined): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await makeOrCheck(folder, user);
      return;
    } catch (error) {
      if (error instanceof EmbeddedPostgresError) throw error;
      // One that closes removes it between two looks of one that opens.
      const code = codeOf(error) ?? 'unknown error';
      if (code !== 'ENOENT' || attempt === 10) throw unsafe(folder, `it cannot be made (${code})`, error);
    }
  }
}

async function makeOrCheck(folder: string, user: SystemUser | undefined): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
    if (user) await chown(folder, user.uid, user.gid);
    return;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const uid = user?.uid ?? process.getuid?.();
  const found = await lstat(folder);
  // Root may have made it and not yet have given it away: two starts at once.
  if (user && found.isDirectory() && found.uid === 0) await chown(folder, user.uid, user.gid);
  else if (!found.isDirectory() || found.uid !== uid) throw unsafe(folder, 'it belongs to somebody else');
  if ((found.mode & 0o077) !== 0) throw unsafe(folder, 'others may enter it');
}

/** After the last process went. A socket in it means that the next one is already starting. */
export async function removeSocketFolder(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}

function unsafe(folder: string, why: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'socket_folder_unsafe',
    `The folder for the database's socket, ${folder}, cannot be used: ${why}. Remove it, or set TMPDIR to a folder of your own.`,
    { cause },
  );
}
