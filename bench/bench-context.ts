import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerOf, checkSum } from './calls.ts';
import type { HttpTarget } from './load/http-load.ts';
import type { Load } from './load/open-load.ts';
import type { Contender, Pace } from './rounds.ts';
import { openServer, type ServerProcess } from './server-process.ts';

/** What every work gets. */
export interface BenchContext {
  readonly load: Load;
  readonly pace: Pace;
  /** Calls of the memory work, in each half. */
  readonly memoryCalls: number;
  readonly coldStarts: number;
  /** Runs and turns of agents, of each contender. */
  readonly turns: number;
  /** Starts a server that is closed when the bench ends. Default core: the servers'. */
  readonly open: (program: string, args?: readonly string[], core?: number) => Promise<ServerProcess>;
  readonly close: () => Promise<void>;
  readonly say: (line: string) => void;
}

export function createContext(
  load: Load,
  options: Pick<BenchContext, 'pace' | 'memoryCalls' | 'coldStarts' | 'turns' | 'say'>,
): BenchContext {
  const servers: ServerProcess[] = [];
  return {
    load,
    ...options,
    open: async (program, args, core) => {
      const server = await openServer(program, args, core);
      servers.push(server);
      return server;
    },
    close: async () => {
      await Promise.all(servers.map(server => server.close()));
      await load.close();
    },
  };
}

/** A contender over HTTP. Its answers are checked after each round. */
export function toContender(
  { load }: BenchContext,
  name: string,
  server: ServerProcess,
  target: HttpTarget,
  check: (sample: string, who: string) => void = checkSum,
): Contender {
  return {
    name,
    pid: server.pid,
    load: async durationMs => {
      const figures = await load.http(target, durationMs);
      check(figures.sample, name);
      return figures;
    },
  };
}

/** Two bare servers that answer what `target` is answered: the spread of the two is the error of the bench. */
export async function openBarePair(
  context: BenchContext,
  target: HttpTarget,
): Promise<readonly [ServerProcess, ServerProcess]> {
  const path = join(await mkdtemp(join(tmpdir(), 'tramontane-bench-')), 'answer.json');
  await writeFile(path, await answerOf(target));
  return [await context.open('peers/bare.ts', [path]), await context.open('peers/bare.ts', [path])];
}
