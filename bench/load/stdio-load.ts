import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { PinnedCommand } from '../process-pinning.ts';
import type { LoadFigures } from './http-load.ts';

/** A server over stdio: its process, kept for all rounds. */
export interface StdioServer {
  readonly pid: number;
  /** Keeps `inFlight` requests under way for `durationMs`. Answers may come in any order. */
  readonly load: (line: string, inFlight: number, durationMs: number) => Promise<LoadFigures>;
  readonly close: () => Promise<void>;
}

const NEWLINE = 10;
/** For what is in flight at the end of a round. */
const LIMIT_MS = 30_000;

export function openStdioServer({ command, args }: PinnedCommand, opening: readonly string[]): StdioServer {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  for (const line of opening) child.stdin.write(`${line}\n`);
  return {
    pid: child.pid ?? 0,
    load: (line, inFlight, durationMs) => load(child, line, inFlight, durationMs),
    close: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function load(
  child: ChildProcess,
  line: string,
  inFlight: number,
  durationMs: number,
): Promise<LoadFigures> {
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('A server over stdio needs its pipes.');
  // Ids differ while in flight: a server may refuse two of the same.
  const lines = Array.from({ length: inFlight }, (_, id) => line.replace('"id":1,', `"id":"r${id}",`) + '\n');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const gone = (): void => reject(new Error('The server over stdio ended, or stopped answering.'));
  let answered = 0;
  let open = 0;
  let stopped = false;
  let partial = '';
  let sample = '';
  const onData = (chunk: Buffer): void => {
    const done = count(chunk);
    answered += done;
    open -= done;
    partial += chunk.toString('latin1');
    const whole = partial.lastIndexOf('\n') + 1;
    const ids = whole === 0 ? [] : partial.slice(0, whole).match(/"id":"r\d+"/g);
    if (whole > 0) sample = partial.slice(0, partial.indexOf('\n'));
    partial = partial.slice(whole);
    if (!stopped) {
      const next = (ids ?? []).map(id => lines[Number(id.slice(7, -1))]).join('');
      open += done;
      if (next !== '') stdin.write(next);
    } else if (open === 0) resolve();
  };
  child.once('exit', gone);
  stdout.on('data', onData);
  const timer = setTimeout(() => (stopped = true), durationMs);
  const limit = setTimeout(gone, durationMs + LIMIT_MS);
  const started = performance.now();
  const cpu = process.cpuUsage();
  try {
    open = inFlight;
    stdin.write(lines.join(''));
    await promise;
    const elapsedMs = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    return { answered, elapsedMs, loadCpuMs: (user + system) / 1000, sample };
  } finally {
    clearTimeout(timer);
    clearTimeout(limit);
    child.off('exit', gone);
    stdout.off('data', onData);
  }
}

function count(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}
