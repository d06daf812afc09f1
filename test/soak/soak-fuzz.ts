import { attackWay, WAYS, type Attacked } from '../kit/fuzz/attack-way.ts';

export interface FuzzResult {
  readonly seed: number;
  readonly messages: number;
  readonly crashes: number;
  readonly hangs: number;
  readonly servedAfter: boolean;
  /** By how the server was reached; `connections` counts connections, not messages. */
  readonly transports: Readonly<Record<string, FuzzedTransport>>;
  readonly problems: readonly string[];
}

interface FuzzedTransport {
  readonly messages: number;
  readonly faults: number;
  /** Bytes in use after the second half, for each one after the first. */
  readonly heapGrowth: number;
}

/** Above it, memory is not back. */
const MOST_GROWTH = 1.1;

/** The long form of test/kit/fuzz: `count` hostile messages for each transport. */
export async function soakFuzz(
  count: number,
  seed: number,
  say: (sentence: string) => void,
): Promise<FuzzResult> {
  const transports: Record<string, FuzzedTransport> = {};
  const all: Attacked[] = [];
  const problems: string[] = [];
  for (const way of WAYS) {
    const attacked = await attackWay(way, seed, count);
    const { messages, faults, heapBefore, heapAfter } = attacked;
    const heapGrowth = Number((heapAfter / heapBefore).toFixed(3));
    all.push(attacked);
    transports[way] = { messages, faults: faults.length, heapGrowth };
    problems.push(...faults.slice(0, 20).map(fault => `${way}: ${fault}`));
    // Not a number after an attack that did not end.
    if (!(heapGrowth <= MOST_GROWTH)) problems.push(`${way}: memory grew to ${heapGrowth} of what it was`);
    say(`${way}: ${messages} messages, ${faults.length} faults, heap ${heapGrowth} of what it was half-way`);
  }
  return {
    seed,
    messages: all.reduce((sum, one) => sum + one.messages, 0),
    crashes: all.filter(one => one.crashed).length,
    hangs: all.filter(one => !one.crashed && !one.servedAfter).length,
    servedAfter: all.every(one => one.servedAfter),
    transports,
    problems,
  };
}
