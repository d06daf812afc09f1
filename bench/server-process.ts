import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { pinNode, SERVER_CORE } from './process-pinning.ts';

const CLOSE_LIMIT_MS = 20_000;

/** A server under test in its own process, on the servers' core. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** After a forced collection. Bytes. */
  readonly memory: () => Promise<{ readonly rss: number; readonly heapUsed: number }>;
  /** Asks it to end, and waits until it has. */
  readonly end: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const SOURCE = '--conditions=@tramontane/source';

/** What starts a program of this folder: from source, with a collector that can be asked. */
export function programArgs(program: string, args: readonly string[] = []): readonly string[] {
  return [SOURCE, '--expose-gc', fileURLToPath(new URL(program, import.meta.url)), ...args];
}

/** Starts `peers/<name>.ts` on the servers' core, or another, and waits until it listens. @throws Error when it ends instead. */
export async function openServer(
  program: string,
  args: readonly string[] = [],
  core = SERVER_CORE,
): Promise<ServerProcess> {
  const pinned = pinNode(core, programArgs(program, args));
  const child = spawn(pinned.command, pinned.args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${program} ended before it listened.`);
  });
  const [{ url }] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }];
  ended.catch(() => {});
  return {
    url,
    pid: child.pid ?? 0,
    memory: async () => {
      const answer = once(child, 'message');
      child.send('memory');
      const [memory] = (await answer) as [{ rss: number; heapUsed: number }];
      return memory;
    },
    end: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
    close: async () => {
      if (!child.connected) return;
      const ended = once(child, 'exit');
      // It ends by itself, and with it what it started, such as a database.
      child.disconnect();
      const limit = setTimeout(() => child.kill('SIGKILL'), CLOSE_LIMIT_MS);
      await ended;
      clearTimeout(limit);
    },
  };
}

const TICK_MS = 10;

/**
 * CPU time a process has used, in steps of 10 ms; undefined where there is no /proc. Against wall time it tells how
 * much of a core the server really had.
 */
export async function cpuMsOf(pid: number): Promise<number | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return undefined;
  }
}
