import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from '../architecture/source-file.ts';

/** Can processes be seen from here as `left` needs it? Linux only. */
export const CAN_SEE_PROCESSES = process.platform === 'linux';

/**
 * Command lines of live processes that belong to a start: those that carry its mark in their environment, and the
 * database's, which are started with a clean environment and name the data folder.
 */
export function left(mark: string, dataFolder: string): readonly string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap(pid => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
      const ours = read(`/proc/${pid}/environ`).includes(mark) || command.includes(dataFolder);
      // A zombie has ended: only its parent has not looked yet.
      const ended = /^State:\s+Z/m.test(read(`/proc/${pid}/status`));
      return ours && !ended ? [`${pid} ${command.replaceAll(ROOT, '')}`] : [];
    });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It ended while we looked, or is not ours to look at.
    return '';
  }
}
