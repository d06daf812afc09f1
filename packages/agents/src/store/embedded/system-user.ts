import { userInfo } from 'node:os';
import { EmbeddedPostgresError } from './error.ts';
import { runProgram } from './run-program.ts';

/** The system user that owns the cluster and runs the database. */
export interface SystemUser {
  uid: number;
  gid: number;
  name: string;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The user the database runs as: undefined means "the user we are". PostgreSQL refuses to run as
 * root, so for root it is `postgres`, or `nobody` where that does not exist.
 */
export async function findDatabaseUser(signal?: AbortSignal): Promise<SystemUser | undefined> {
  if (!isRoot()) {
    try {
      userInfo();
    } catch (cause) {
      // initdb asks for the name of its user and gives up without one.
      throw new EmbeddedPostgresError(
        'no_database_user',
        `The system user ${process.getuid?.() ?? ''} has no entry in /etc/passwd, and PostgreSQL does not start without one. Run as a named user, or set DATABASE_URL.`,
        { cause },
      );
    }
    return undefined;
  }
  for (const name of ['postgres', 'nobody']) {
    const uid = Number((await runProgram('id', ['-u', name], { signal })).stdout.trim() || Number.NaN);
    const gid = Number((await runProgram('id', ['-g', name], { signal })).stdout.trim() || Number.NaN);
    if (Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0) return { uid, gid, name };
  }
  throw new EmbeddedPostgresError(
    'no_database_user',
    'PostgreSQL does not run as root, and this system has neither a user postgres nor a user nobody. Start as an ordinary user, or set DATABASE_URL.',
  );
}

/** Whether `user` can enter `folder`, asked of the system itself: mode bits do not tell of ACLs. */
export async function canEnter(user: SystemUser, folder: string, signal?: AbortSignal): Promise<boolean> {
  const result = await runProgram('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { user, signal });
  return result.code === 0;
}
