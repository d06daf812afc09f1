import type { LoadFigures } from './load/http-load.ts';
import { cpuMsOf } from './server-process.ts';

/** One server under one kind of load. */
export interface Contender {
  readonly name: string;
  readonly pid: number;
  readonly load: (durationMs: number) => Promise<LoadFigures>;
}

export interface Pace {
  readonly warmUpMs: number;
  readonly rounds: number;
  readonly roundMs: number;
}

/**
 * 8 s: the official SDK doubles its speed in its first 10. Many short rounds rather than few long ones: what the machine
 * does beside comes and goes within seconds, and then spoils some neighbours instead of the median.
 */
export const FULL: Pace = { warmUpMs: 8000, rounds: 21, roundMs: 700 };
/** For trying out. */
export const QUICK: Pace = { warmUpMs: 1000, rounds: 3, roundMs: 700 };

/** To see that it runs. */
export const SMOKE: Pace = { warmUpMs: 50, rounds: 1, roundMs: 100 };

export interface Measured {
  readonly name: string;
  /** Answers a second, one figure a round. */
  readonly rates: readonly number[];
  readonly median: number;
  /** Microseconds of the server's CPU for one answer: what other load on the machine changes least. */
  readonly cpuMicros: number | undefined;
  /** Of the load's own process, 0 to 1; close to 1 means that the load was the bottleneck. */
  readonly loadBusy: number;
}

/** Warms every contender up, then takes them in turn, so that what the machine does meanwhile meets them all. */
export async function runRounds(contenders: readonly Contender[], pace: Pace): Promise<readonly Measured[]> {
  for (const contender of contenders) await contender.load(pace.warmUpMs);
  const taken = new Map(contenders.map(({ name }) => [name, [] as Round[]]));
  for (let round = 0; round < pace.rounds; round += 1) {
    for (const contender of contenders) {
      taken.get(contender.name)?.push(await takeRound(contender, pace.roundMs));
    }
  }
  return contenders.map(({ name }) => summarise(name, taken.get(name) ?? []));
}

interface Round {
  readonly rate: number;
  readonly cpuMicros: number | undefined;
  readonly loadBusy: number;
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

function summarise(name: string, rounds: readonly Round[]): Measured {
  const rates = rounds.map(round => Math.round(round.rate));
  const micros = rounds.flatMap(({ cpuMicros }) => (cpuMicros === undefined ? [] : [cpuMicros]));
  return {
    name,
    rates,
    median: median(rates),
    cpuMicros: micros.length > 0 ? round2(median(micros)) : undefined,
    loadBusy: round2(median(rounds.map(round => round.loadBusy))),
  };
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
