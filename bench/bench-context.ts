import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerOf, checkSum } from './calls.ts';
import type { HttpTarget } from './load/http-load.ts';
import type { Load } from './load/open-load.ts';
import { summarise, type Contender, type Measured, type Pace, type Rounds } from './rounds.ts';
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
  const servers = createServers();
  return {
    load,
    ...options,
    open: servers.open,
    close: async () => {
      await servers.close();
      await load.close();
    },
  };
}

/** Servers that end together. */
function createServers(): Pick<BenchContext, 'open' | 'close'> {
  const servers: ServerProcess[] = [];
  return {
    open: async (program, args, core) => {
      const server = await openServer(program, args, core);
      servers.push(server);
      return server;
    },
    close: async () => void (await Promise.all(servers.map(server => server.close()))),
  };
}

/**
 * Takes rounds again and again, each time with all servers started anew, as often as the pace says, and puts them
 * together. Two processes of one program can differ by a tenth for as long as they live, by how their code was compiled
 * and where it lies in memory, and no number of rounds of the same two tells.
 */
export async function takeRounds(
  context: BenchContext,
  take: (own: BenchContext) => Promise<readonly Rounds[]>,
): Promise<readonly Measured[]> {
  const taken: Rounds[] = [];
  for (let process = 0; process < context.pace.processes; process += 1) {
    const servers = createServers();
    try {
      taken.push(...(await take({ ...context, ...servers })));
    } finally {
      await servers.close();
    }
  }
  return summarise(taken);
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
