import { median, round2 } from './rounds.ts';

/** Something that takes time: `take` does it once and gives milliseconds. */
export interface Timed {
  readonly name: string;
  readonly take: () => Promise<number>;
}

/** Times by contender, one a round. */
export type Times = ReadonlyMap<string, readonly number[]>;

/** Warms every contender up, then takes them in turn, so that what the machine does meanwhile meets them all. */
export async function takeTimes(
  contenders: readonly Timed[],
  rounds: number,
  warmUps = Math.ceil(rounds / 2),
): Promise<Times> {
  const times = new Map<string, number[]>();
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const { name, take } of contenders) {
      const ms = await take();
      if (round >= 0) times.set(name, [...(times.get(name) ?? []), ms]);
    }
  }
  return times;
}

/** How often the time of `other` fits into that of `one`: the median over rounds, as neighbours met the same machine. */
export function toTimeRatio(times: Times, one: string, other: string): number {
  const others = times.get(other) ?? [];
  const pairs = (times.get(one) ?? []).map((ms, round) => ms / (others[round] ?? Number.NaN));
  return round2(median(pairs));
}

/** Medians in milliseconds, for the figures. */
export function mediansOf(times: Times): Record<string, number> {
  return Object.fromEntries([...times].map(([name, all]) => [name, round2(median(all))]));
}
