import { attackFrames } from './attack-frames.ts';
import { attackConnections, attackHttp } from './attack-http.ts';
import { attackLines } from './attack-lines.ts';
import { createHostile } from './hostile.ts';
import type { Faults } from './judge.ts';
import { createRandom, type Random } from './random.ts';
import { openTarget, type TargetProcess } from './target-process.ts';

export const WAYS = ['HTTP', 'connections', 'WebSocket', 'stdio'] as const;
/** How the target is reached; `connections`: below HTTP. */
export type Way = (typeof WAYS)[number];

export interface Attacked {
  readonly messages: number;
  readonly crashed: boolean;
  readonly servedAfter: boolean;
  /** What was not as specified; also hangs and what the server complained of. */
  readonly faults: readonly string[];
  /** Bytes after a collection: after the first half, and after all. */
  readonly heapBefore: number;
  readonly heapAfter: number;
}

/** Attacks a server in a process of its own in two halves: what it makes once it has made in the first. */
export async function attackWay(way: Way, seed: number, count: number): Promise<Attacked> {
  await using target = await openTarget(way === 'stdio' ? 'stdio' : 'http');
  const random = createRandom(seed);
  const faults: Faults = [];
  const half = Math.ceil(count / 2);
  let messages = 0;
  const strike = async (): Promise<number> => {
    messages += await attackOnce(way, target, random, half, faults);
    return target.measureHeap();
  };
  const heaps = [Number.NaN, Number.NaN];
  try {
    heaps[0] = await strike();
    heaps[1] = await strike();
  } catch (error) {
    faults.push(`The attack did not come to its end: ${String(error)}`);
  }
  if (target.complaints() !== '') faults.push(`The server says: ${target.complaints().slice(0, 2000)}`);
  const [heapBefore = Number.NaN, heapAfter = Number.NaN] = heaps;
  const crashed = target.crashed();
  // Each strike ends with a ping, and one that is not answered is a fault.
  const servedAfter =
    !crashed && !faults.some(fault => fault.startsWith('After it') || fault.startsWith('The attack'));
  return { messages, crashed, servedAfter, faults, heapBefore, heapAfter };
}

async function attackOnce(
  way: Way,
  { child, port }: TargetProcess,
  random: Random,
  count: number,
  faults: Faults,
): Promise<number> {
  const post = (init: RequestInit): Promise<Response> => fetch(`http://127.0.0.1:${port}/mcp`, init);
  switch (way) {
    case 'HTTP':
      await attackHttp(post, createHostile(random, count), faults);
      return count;
    case 'connections': {
      // Each takes some time to be left, so there are fewer.
      const connections = Math.ceil(count / 6);
      await attackConnections(port, random, connections);
      await attackHttp(post, [], faults);
      return connections;
    }
    case 'WebSocket':
      await attackFrames(port, createHostile(random, count), random, faults);
      return count;
    case 'stdio':
      await attackLines(child, createHostile(random, count), random, faults);
      return count;
  }
}
