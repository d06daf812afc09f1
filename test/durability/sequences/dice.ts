import { createRandom } from '../random.ts';

/** Choices that are the same for the same seed. */
export interface Dice {
  /** A number from 0 to 1. */
  next(): number;
  /** A whole number below `limit`. */
  below(limit: number): number;
  chance(of: number): boolean;
  of<T>(list: readonly [T, ...T[]]): T;
  /** Each with this chance; the order stays. */
  some<T>(list: readonly T[], chance: number): T[];
  id(): string;
}

export function createDice(seed: number): Dice {
  const next = createRandom(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: of => next() < of,
    of: list => list[below(list.length)] ?? list[0],
    some: (list, chance) => list.filter(() => next() < chance),
    id: () => `${seed}-${below(1_000_000_000).toString(36)}`,
  };
}
