import type { LoadFigures } from './load/http-load.ts';
import { cpuMsOf } from './server-process.ts';

/** One server under one kind of load. */
export interface Contender {
  readonly name: string;
  readonly pid: number;
  readonly load: (durationMs: number) => Promise<LoadFigures>;
}

export interface Pace {
  /** How often all servers of a work are started anew. */
  readonly processes: number;
  readonly warmUpMs: number;
  /** Of each process. */
  readonly rounds: number;
  readonly roundMs: number;
}

/**
 * 8 s: the official SDK doubles its speed in its first 10. Many short rounds rather than few long ones: what the machine
 * does beside comes and goes within seconds, and then spoils some neighbours instead of the median.
 */
export const FULL: Pace = { processes: 3, warmUpMs: 8000, rounds: 7, roundMs: 700 };
/** For trying out. */
export const QUICK: Pace = { processes: 1, warmUpMs: 1000, rounds: 3, roundMs: 700 };

/** To see that it runs. */
export const SMOKE: Pace = { processes: 1, warmUpMs: 50, rounds: 1, roundMs: 100 };

export interface Measured {
  readonly name: string;
  /** Answers a second, one figure a round, one process after another. */
  readonly rates: readonly number[];
  readonly median: number;
  /** Microseconds of the server's CPU for one answer, of the same rounds: what other load on the machine changes least. */
  readonly cpuMicros: readonly number[] | undefined;
  /** Of the load's own process, 0 to 1; close to 1 means that the load was the bottleneck. */
  readonly loadBusy: number;
}

/** What one contender did, in the order it was done. */
export interface Rounds {
  readonly name: string;
  readonly rounds: readonly Round[];
}

interface Round {
  readonly rate: number;
  readonly cpuMicros: number | undefined;
  readonly loadBusy: number;
}

/** Warms every contender up, then takes them in turn, so that what the machine does meanwhile meets them all. */
export async function runRounds(contenders: readonly Contender[], pace: Pace): Promise<readonly Rounds[]> {
  for (const contender of contenders) await contender.load(pace.warmUpMs);
  const all = contenders.map(contender => ({ contender, rounds: [] as Round[] }));
  for (let round = 0; round < pace.rounds; round += 1) {
    for (const { contender, rounds } of all) rounds.push(await takeRound(contender, pace.roundMs));
  }
  return all.map(({ contender, rounds }) => ({ name: contender.name, rounds }));
}

async function takeRound({ pid, load }: Contender, roundMs: number): Promise<Round> {
  const before = await cpuMsOf(pid);
  const { answered, elapsedMs, loadCpuMs } = await load(roundMs);
  const after = await cpuMsOf(pid);
  const known = before !== undefined && after !== undefined;
  return {
    rate: (answered / elapsedMs) * 1000,
    cpuMicros: known ? ((after - before) * 1000) / answered : undefined,
    loadBusy: loadCpuMs / elapsedMs,
  };
}

/** Rounds of the same name are of the same contender. */
export function summarise(taken: readonly Rounds[]): readonly Measured[] {
  const byName = Map.groupBy(taken, ({ name }) => name);
  return [...byName].map(([name, all]) => {
    const rounds = all.flatMap(one => one.rounds);
    const rates = rounds.map(({ rate }) => Math.round(rate));
    const micros = rounds.flatMap(({ cpuMicros }) => (cpuMicros === undefined ? [] : [round2(cpuMicros)]));
    return {
      name,
      rates,
      median: median(rates),
      cpuMicros: micros.length === rounds.length ? micros : undefined,
      loadBusy: round2(median(rounds.map(({ loadBusy }) => loadBusy))),
    };
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
