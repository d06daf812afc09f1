import { median, round2, type Measured } from './rounds.ts';

/** One line of the table: a ratio of two medians, and what the issue asks of it. */
export interface Ratio {
  readonly work: string;
  /** As in `kit / bare`. */
  readonly of: string;
  readonly ratio: number;
  /** The same ratio from CPU time a request. */
  readonly byCpu?: number;
  readonly wanted?: { readonly atLeast: number } | { readonly atMost: number };
  /** What the figure is to be read with. */
  readonly note?: string;
}

export interface WorkResult {
  readonly ratios: readonly Ratio[];
  /** The figures that the ratios are of. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** Peers and works that were left out, and why. */
  readonly skipped: readonly string[];
}

/** How often `one` did what `other` did once. Rounds are compared in pairs: neighbours met the same machine. */
export function toRatio(one: Measured, other: Measured): { ratio: number; byCpu?: number } {
  const ratio = ofNeighbours(one.rates, other.rates);
  if (one.cpuMicros === undefined || other.cpuMicros === undefined) return { ratio };
  return { ratio, byCpu: ofNeighbours(other.cpuMicros, one.cpuMicros) };
}

function ofNeighbours(ones: readonly number[], others: readonly number[]): number {
  return round2(median(ones.map((figure, round) => figure / (others[round] ?? Number.NaN))));
}

export function find(measured: readonly Measured[], name: string): Measured {
  const found = measured.find(each => each.name === name);
  if (found === undefined) throw new Error(`Nothing was measured of ${name}.`);
  return found;
}

export function holds({ ratio, wanted }: Ratio): boolean | undefined {
  if (wanted === undefined) return undefined;
  return 'atLeast' in wanted ? ratio >= wanted.atLeast : ratio <= wanted.atMost;
}
