import { open, stat, truncate } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { codeOf, EmbeddedPostgresError } from './error.ts';
import type { SystemUser } from './system-user.ts';

const logLimit = 10 * 1024 * 1024;

/** The database writes here for as long as it runs; only a start can shorten the file. */
export async function openServerLog(
  path: string,
): Promise<{ fd: number; size: number; close(): Promise<void> }> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > logLimit) await truncate(path, 0);
  const file = await open(path, 'a', 0o600);
  return { fd: file.fd, size: size > logLimit ? 0 : size, close: () => file.close() };
}

/** The last message after `offset` that says why a server gave up. */
export async function readLastFatal(path: string, offset: number): Promise<string | undefined> {
  const file = await open(path, 'r').catch(error => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64 * 1024), position: offset });
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    return lines
      .findLast(line => /\b(?:FATAL|PANIC):|^postgres: /u.test(line))
      ?.replace(/^.*?(?:FATAL|PANIC):\s*/u, '');
  } finally {
    await file.close();
  }
}

/**
 * Why the server does not start, where waiting would not help; undefined where it would.
 * `user` is the one it was started as; undefined is the user we are.
 */
export function toStartError(
  cluster: string,
  log: string,
  fatal: string,
  user: SystemUser | undefined,
): EmbeddedPostgresError | undefined {
  // Somebody else was faster, or the remains of a killed server are not yet gone.
  if (
    /lock file "[^"]*" (?:already exists|is empty)|pre-existing shared memory|is starting up|shutting down/u.test(
      fatal,
    )
  )
    return undefined;
  if (/No space left on device|Disk quota exceeded/u.test(fatal)) {
    return new EmbeddedPostgresError(
      'disk_full',
      `The database in ${cluster} cannot start: the disk is full. Free some space and start again.`,
    );
  }
  if (/Permission denied|has wrong ownership/u.test(fatal)) {
    const owner = user === undefined ? userInfo().username : ownerName(user);
    return new EmbeddedPostgresError(
      'start_failed',
      `The database in ${cluster} does not start: its files belong to another user, as after a copy of the data folder (${fatal.slice(0, 300)}). Give them back as root and start again: chown -R ${owner} ${quote(cluster)}`,
    );
  }
  return new EmbeddedPostgresError(
    'start_failed',
    `The database in ${cluster} does not start: ${fatal.slice(0, 300)}. The log ${log} has more; put that right and start again, or set DATABASE_URL.`,
  );
}

/** For chown: a cluster's owner is known by number only, and its name here is a phrase. */
function ownerName({ name, uid }: SystemUser): string {
  return name.includes(' ') ? String(uid) : name;
}

function quote(path: string): string {
  return /^[\w./-]+$/u.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
