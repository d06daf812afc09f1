import { readdir, readFile } from 'node:fs/promises';

const TICK_MS = 10;

/**
 * CPU time that a process and all its descendants have used, such as a server and its database, in milliseconds;
 * undefined without a process, and where there is no /proc.
 */
export async function cpuMsOfTree(root: number | undefined): Promise<number | undefined> {
  if (root === undefined) return undefined;
  const processes = await readProcesses();
  if (!processes.has(root)) return undefined;
  let ticks = 0;
  for (const [pid, own] of processes) if (isBelow(pid, root, processes)) ticks += own.ticks;
  return ticks * TICK_MS;
}

interface Process {
  readonly parent: number;
  /** Its own, and those of children that ended. */
  readonly ticks: number;
}

async function readProcesses(): Promise<ReadonlyMap<number, Process>> {
  const names = await readdir('/proc').catch(() => []);
  const read = names.filter(isNumber).map(async (name): Promise<[number, Process] | undefined> => {
    // It may have ended since.
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) return undefined;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return [Number(name), { parent: Number(fields[1]), ticks }];
  });
  return new Map((await Promise.all(read)).filter(found => found !== undefined));
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

function isBelow(pid: number, root: number, processes: ReadonlyMap<number, Process>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 0; at = processes.get(at)?.parent) {
    if (at === root) return true;
  }
  return false;
}
