import { spawnSync } from 'node:child_process';

/** Load on one core, the server on another: otherwise the two share a core and the faster server starves the load. */
export const LOAD_CORE = 0;
export const SERVER_CORE = 1;

export interface PinnedCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** `node ...args` on one core. Without `taskset` it runs wherever the system puts it; `canPin` tells. */
export function pinNode(core: number, args: readonly string[]): PinnedCommand {
  if (!canPin()) return { command: process.execPath, args };
  return { command: 'taskset', args: ['-c', String(core), process.execPath, ...args] };
}

/** Whether `taskset` is there and may use both cores. */
export function canPin(): boolean {
  const tried = spawnSync('taskset', ['-c', `${LOAD_CORE},${SERVER_CORE}`, process.execPath, '-e', '0']);
  return tried.status === 0;
}
