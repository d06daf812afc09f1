import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, readOrWriteOnce } from './data-folder.ts';
import { codeOf, EmbeddedPostgresError } from './error.ts';
import { canEnter, isRoot, type SystemUser } from './system-user.ts';

/** Where the cluster lies and who runs it. */
export interface Placement {
  /** Holds the cluster, its log and, if they had to be copied, the programs. */
  home: string;
  cluster: string;
  user: SystemUser | undefined;
  /** True when `home` is not the data folder. */
  staged: boolean;
}

/** Named for the major version: a newer PostgreSQL cannot read an older one's files. */
const clusterName = 'postgres-18';
/** In the data folder: the path of the staged home, so that the next start finds the same data. */
export const placeFile = 'postgres-place';
/** Where a data folder that the database's user cannot enter has its database instead. */
const stagingRoot = '/var/lib/tramontane';

/**
 * Finds, or decides for good, where the cluster of this data folder is.
 * `findUser` is asked only where no cluster says who owns it.
 */
export async function findPlacement(
  folder: string,
  findUser: () => Promise<SystemUser | undefined>,
  options: { signal?: AbortSignal | undefined; onProgress: (sentence: string) => void },
): Promise<Placement> {
  const noted = (await readIfThere(join(folder, placeFile)))?.trim();
  if (noted) {
    const owner = await ownerOfCluster(join(noted, clusterName));
    if (!owner && !(await exists(noted))) throw missingPlace(folder, noted);
    const user = await userFor(owner, findUser);
    await requireEntry(user, noted, folder, options.signal);
    return { home: noted, cluster: join(noted, clusterName), user, staged: true };
  }

  const cluster = join(folder, clusterName);
  const owner = await ownerOfCluster(cluster);
  const user = await userFor(owner, findUser);
  if (!user || (await canEnter(user, folder, options.signal)))
    return { home: folder, cluster, user, staged: false };
  if (owner) throw unreachable(user, folder, `Let that user pass through its parent folders (chmod o+x)`);

  let made: string | undefined;
  const note = await readOrWriteOnce(
    folder,
    placeFile,
    async () => `${(made = await makePlace(folder, user, options.signal))}\n`,
  );
  const home = note.trim();
  // Another start at the same moment was faster; ours is empty.
  if (made !== undefined && made !== home) await rmdir(made).catch(() => undefined);
  await requireEntry(user, home, folder, options.signal);
  options.onProgress(
    `The database runs as the system user ${user.name}, who cannot enter ${folder}: its files are kept in ${home}.`,
  );
  return { home, cluster: join(home, clusterName), user, staged: true };
}

async function makePlace(folder: string, user: SystemUser, signal: AbortSignal | undefined): Promise<string> {
  // Not the hash alone: after the data folder is deleted and made anew, its old database must not come back.
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const place = join(stagingRoot, `${hash}-${randomBytes(4).toString('hex')}`);
  try {
    const madeRoot = await mkdir(stagingRoot, { recursive: true });
    // A umask of 077 would close to the database's user what is made for it.
    if (madeRoot !== undefined) await chmod(stagingRoot, 0o755);
    await mkdir(place);
    await chmod(place, 0o711);
  } catch (cause) {
    throw unreachable(
      user,
      folder,
      `${stagingRoot} cannot be used instead (${codeOf(cause) ?? 'unknown error'})`,
      cause,
    );
  }
  // Before it is written down for good.
  if (await canEnter(user, place, signal)) return place;
  await rmdir(place);
  throw unreachable(user, folder, `That user cannot enter ${stagingRoot} either`);
}

/** Root runs an existing cluster as its owner: PostgreSQL refuses any other user. */
async function userFor(
  owner: SystemUser | undefined,
  findUser: () => Promise<SystemUser | undefined>,
): Promise<SystemUser | undefined> {
  return isRoot() && owner && owner.uid !== 0 ? owner : await findUser();
}

async function ownerOfCluster(cluster: string): Promise<SystemUser | undefined> {
  try {
    const { uid, gid } = await stat(cluster);
    return { uid, gid, name: `with uid ${uid}` };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function requireEntry(
  user: SystemUser | undefined,
  place: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (user && !(await canEnter(user, place, signal))) {
    throw unreachable(user, folder, `${place}, where its database is kept, cannot be entered either`);
  }
}

function unreachable(
  user: SystemUser,
  folder: string,
  detail: string,
  cause?: unknown,
): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'data_folder_unreachable',
    `The database runs as the system user ${user.name}, who cannot enter the data folder ${folder}. ${detail}; or set TRAMONTANE_DATA to a folder others may pass through, or DATABASE_URL.`,
    { cause },
  );
}

function missingPlace(folder: string, place: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'staged_data_missing',
    `The database of ${folder} was kept in ${place}, which is gone. Restore it, or delete ${join(folder, placeFile)} to begin with an empty database.`,
  );
}
