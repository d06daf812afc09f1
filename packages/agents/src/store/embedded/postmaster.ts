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

export type ProcessKind = 'gone' | 'postgres' | 'other';

/** What a process id stands for now. A zombie is gone: it holds no files and answers nobody. */
export async function lookAtProcess(pid: number): Promise<ProcessKind> {
  const found = process.platform === 'linux' ? await statOfLinux(pid) : await statOfPs(pid);
  if (!found) return 'gone';
  if (found.state.startsWith('Z')) return 'gone';
  return found.name === 'postgres' ? 'postgres' : 'other';
}

async function statOfLinux(pid: number): Promise<{ name: string; state: string } | undefined> {
  // "pid (name) state …"; the name may itself hold parentheses.
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const end = text.lastIndexOf(')');
  return { name: text.slice(text.indexOf('(') + 1, end), state: text.slice(end + 2, end + 3) };
}

async function statOfPs(pid: number): Promise<{ name: string; state: string } | undefined> {
  const result = await runProgram('ps', ['-o', 'stat=,ucomm=', '-p', String(pid)], { timeoutMs: 5000 });
  const [state, name] = result.stdout.trim().split(/\s+/u);
  return state && name ? { name, state } : undefined;
}

/**
 * Removes the lock files that name a process which lives and is not PostgreSQL: a number used
 * again after a crash. PostgreSQL would take it for its own kind and never start. Lock files of
 * dead processes are left to PostgreSQL, which knows best.
 */
export async function clearStaleLocks(cluster: string, socketFolder: string): Promise<void> {
  for (const file of [join(cluster, 'postmaster.pid'), join(socketFolder, `.s.PGSQL.${socketPort}.lock`)]) {
    const pid = Number(((await readIfThere(file)) ?? '').split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 0) continue;
    if ((await lookAtProcess(pid)) === 'other' || (await isZombie(pid))) await rm(file, { force: true });
  }
}

/** kill(2), by which PostgreSQL asks, says that a zombie lives. */
async function isZombie(pid: number): Promise<boolean> {
  if ((await lookAtProcess(pid)) !== 'gone') return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
