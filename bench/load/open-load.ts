import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { LOAD_CORE, pinNode, SERVER_CORE } from '../process-pinning.ts';
import type { HttpTarget, LoadFigures } from './http-load.ts';
import type { LoadAnswer, LoadJob } from './load-process.ts';

/** The process that makes the load, pinned to a core of its own. One job at a time. */
export interface Load {
  readonly http: (target: HttpTarget, durationMs: number) => Promise<LoadFigures>;
  /** Starts a server over stdio on the servers' core. @returns its process id. */
  readonly openStdio: (name: string, args: readonly string[], opening: readonly string[]) => Promise<number>;
  readonly stdio: (name: string, line: string, inFlight: number, durationMs: number) => Promise<LoadFigures>;
  readonly close: () => Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('load-process.ts', import.meta.url));

export function openLoad(): Load {
  const { command, args } = pinNode(LOAD_CORE, [PROGRAM]);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let settle: ((answer: LoadAnswer) => void) | undefined;
  child.on('message', (answer: LoadAnswer) => settle?.(answer));
  child.on('exit', () => settle?.({ kind: 'failed', message: 'its process ended' }));
  const ask = async (job: LoadJob): Promise<LoadAnswer> => {
    const { promise, resolve } = Promise.withResolvers<LoadAnswer>();
    settle = resolve;
    child.send(job);
    const got = await promise;
    if (got.kind === 'failed') throw new Error(`The load failed: ${got.message}`);
    return got;
  };
  const measure = async (job: LoadJob): Promise<LoadFigures> => {
    const answer = await ask(job);
    if (answer.kind !== 'figures') throw new Error('The load answered something else than figures.');
    return answer.figures;
  };
  return {
    http: (target, durationMs) => measure({ kind: 'http', target, durationMs }),
    openStdio: async (name, serverArgs, opening) => {
      const pinned = pinNode(SERVER_CORE, serverArgs);
      const answer = await ask({ kind: 'open-stdio', name, command: pinned, opening });
      return answer.kind === 'opened' ? answer.pid : 0;
    },
    stdio: (name, line, inFlight, durationMs) => measure({ kind: 'stdio', name, line, inFlight, durationMs }),
    close: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
