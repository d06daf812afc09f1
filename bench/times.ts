import { cpuMsOfTree } from './cpu-of-tree.ts';
import { median, round2 } from './rounds.ts';

/** Something that takes time: `take` does it once and gives milliseconds. */
export interface Timed {
  readonly name: string;
  readonly take: () => Promise<number>;
  /** The process that does it: its CPU time, and that of its children, is taken too. */
  readonly pid?: number;
}

export interface Taken {
  /** Milliseconds, one figure a round. */
  readonly ms: readonly number[];
  /** Milliseconds of CPU for once, on average; undefined where the system does not tell. */
  readonly cpuMs: number | undefined;
}

/** By the contender's name. */
export type Times = ReadonlyMap<string, Taken>;

/** Warms every contender up, then takes them in turn, so that what the machine does meanwhile meets them all. */
export async function takeTimes(contenders: readonly Timed[], rounds: number): Promise<Times> {
  for (let warmUp = 0; warmUp < rounds / 2; warmUp += 1) for (const { take } of contenders) await take();
  const all = contenders.map(timed => ({ timed, ms: [] as number[], cpuMs: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { timed, ms, cpuMs } of all) {
      const before = await cpuMsOfTree(timed.pid);
      ms.push(await timed.take());
      const after = await cpuMsOfTree(timed.pid);
      if (before !== undefined && after !== undefined) cpuMs.push(after - before);
    }
  }
  return new Map(all.map(({ timed, ms, cpuMs }) => [timed.name, { ms, cpuMs: mean(cpuMs) }]));
}

/** How often the time of `other` fits into that of `one`: the median over rounds, as neighbours met the same machine. */
export function toTimeRatio(times: Times, one: string, other: string): { ratio: number; byCpu?: number } {
  const [ours, theirs] = [times.get(one), times.get(other)];
  const pairs = (ours?.ms ?? []).map((ms, round) => ms / (theirs?.ms[round] ?? Number.NaN));
  const ratio = round2(median(pairs));
  return ours?.cpuMs && theirs?.cpuMs ? { ratio, byCpu: round2(ours.cpuMs / theirs.cpuMs) } : { ratio };
}

/** Medians, for the figures. */
export function mediansOf(times: Times): Record<string, { ms: number; cpuMs?: number }> {
  return Object.fromEntries(
    [...times].map(([name, { ms, cpuMs }]) => [
      name,
      { ms: round2(median(ms)), ...(cpuMs !== undefined && { cpuMs: round2(cpuMs) }) },
    ]),
  );
}

/** Not the median: the system counts in steps that are longer than some of what is done once. */
function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
