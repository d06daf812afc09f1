import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from './data-folder.ts';
import { runProgram } from './run-program.ts';
import { socketPort } from './socket-folder.ts';

/** What postmaster.pid says (PostgreSQL, miscadmin.h: LOCK_FILE_LINE_*). */
export interface Postmaster {
  pid: number;
  socket: string;
  ready: boolean;
}

export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const lines = ((await readIfThere(join(cluster, 'postmaster.pid'))) ?? '').split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, socket: lines[4]?.trim() ?? '', ready: lines[7]?.trim() === 'ready' };
}

/** `server`: the server of this cluster. `other`: anything else that lives, another cluster's server too. */
export type ProcessKind = 'gone' | 'server' | 'other';

/** What a process id stands for now. A zombie is gone: it holds no files and answers nobody. */
export async function lookAtProcess(pid: number, cluster: string): Promise<ProcessKind> {
  const found = process.platform === 'linux' ? await readFromProc(pid) : await readFromPs(pid);
  if (!found || found.state.startsWith('Z')) return 'gone';
  // spawnServer() names the cluster in the arguments.
  return found.command.includes('postgres') && found.command.includes(cluster) ? 'server' : 'other';
}

interface FoundProcess {
  state: string;
  /** Program and arguments. */
  command: string;
}

async function readFromProc(pid: number): Promise<FoundProcess | undefined> {
  // "pid (name) state …"; the name may itself hold parentheses.
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const end = text.lastIndexOf(')');
  const name = text.slice(text.indexOf('(') + 1, end);
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  // One that is ending has given up its memory, and its arguments with it, before it becomes a zombie.
  if (command === '' && name === 'postgres') return undefined;
  return { state: text.slice(end + 2, end + 3), command: command.replaceAll('\0', ' ') };
}

async function readFromPs(pid: number): Promise<FoundProcess | undefined> {
  const result = await runProgram('ps', ['-ww', '-o', 'stat=,command=', '-p', String(pid)], {
    timeoutMs: 5000,
  });
  const [, state, command] = /^\s*(\S+)\s+(.*)$/su.exec(result.stdout) ?? [];
  return state !== undefined && command !== undefined ? { state, command } : undefined;
}

/**
 * Removes the lock files that name a process which lives and is not this cluster's server: a number
 * used again after a crash. PostgreSQL would take it for its own kind and never start. Lock files of
 * dead processes are left to PostgreSQL, which knows best.
 */
export async function clearStaleLocks(cluster: string, socketFolder: string): Promise<void> {
  for (const file of [join(cluster, 'postmaster.pid'), join(socketFolder, `.s.PGSQL.${socketPort}.lock`)]) {
    const pid = Number(((await readIfThere(file)) ?? '').split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 0) continue;
    if ((await lookAtProcess(pid, cluster)) === 'other' || (await isZombie(pid, cluster)))
      await rm(file, { force: true });
  }
}

/** kill(2), by which PostgreSQL asks, says that a zombie lives. */
async function isZombie(pid: number, cluster: string): Promise<boolean> {
  if ((await lookAtProcess(pid, cluster)) !== 'gone') return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
