import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { codeOf, EmbeddedPostgresError, toFolderError } from './error.ts';
import { lookAtProcess } from './postmaster.ts';
import { runProgram } from './run-program.ts';
import type { SystemUser } from './system-user.ts';

export async function isCluster(cluster: string): Promise<boolean> {
  return await stat(join(cluster, 'PG_VERSION')).then(
    () => true,
    error => {
      if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return false;
      throw toFolderError(cluster, error);
    },
  );
}

/**
 * Makes a cluster beside its place and renames it there: of several that do so at once one wins,
 * and a process killed half-way leaves nothing that looks like a cluster.
 */
export async function createCluster(options: {
  cluster: string;
  binaries: Binaries;
  user: SystemUser | undefined;
  password: string;
  signal?: AbortSignal | undefined;
}): Promise<void> {
  const { cluster, binaries, user, signal } = options;
  const draft = `${cluster}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600, flag: 'wx' });
    if (user) await chown(draft, user.uid, user.gid);
    if (user) await chown(passwordFile, user.uid, user.gid);
    const result = await runProgram(
      binaries.initdb,
      [...initdbArguments, `--pwfile=${passwordFile}`, '-D', draft],
      {
        user,
        signal,
      },
    );
    if (result.code !== 0) throw toInitdbError(cluster, result.failure ?? result.stderr);
    await rename(draft, cluster);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError || signal?.aborted) throw error;
    const lost = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(error) ?? '');
    if (!lost) throw toFolderError(cluster, error);
    if (!(await isCluster(cluster))) {
      throw new EmbeddedPostgresError(
        'not_a_cluster',
        `${cluster} is there and is not a PostgreSQL database. Move it away, or set TRAMONTANE_DATA to another folder.`,
        { cause: error },
      );
    }
  } finally {
    await rm(passwordFile, { force: true });
    // An initdb that was just killed may still have children that write. What stays is swept at a later start.
    await rm(draft, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(() => undefined);
  }
}

const initdbArguments = [
  '--username=postgres',
  // Other roles live in the same cluster and reach the same socket: only a password tells them apart.
  '--auth-local=scram-sha-256',
  '--auth-host=reject',
  // Of the system's locales none is sure to exist.
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--set=timezone=UTC',
  '--set=log_timezone=UTC',
];

/** Removes what a process killed during createCluster() left behind; its number is in the name. */
export async function removeAbandonedDrafts(cluster: string): Promise<void> {
  const home = dirname(cluster);
  const prefix = `${basename(cluster)}.new-`;
  for (const name of await readdir(home)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length).split('-')[0]);
    if (pid !== process.pid && Number.isInteger(pid) && (await lookAtProcess(pid, cluster)) === 'gone') {
      // Its initdb may have outlived it and still write; then a later start removes it.
      await rm(join(home, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

function toInitdbError(cluster: string, output: string): EmbeddedPostgresError {
  if (output.includes('No space left on device') || output.includes('Disk quota exceeded')) {
    return toFolderError(cluster, { code: 'ENOSPC' });
  }
  const line = /(?:error|FATAL):\s*(.+)/u.exec(output)?.[1] ?? output.trim().split('\n').at(-1) ?? '';
  return new EmbeddedPostgresError(
    'start_failed',
    `A database could not be created in ${cluster}: ${line.slice(0, 300)}. Put that right and start again, or set DATABASE_URL.`,
  );
}
