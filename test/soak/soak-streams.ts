import { setTimeout as sleep } from 'node:timers/promises';
import { openSoakServer, peakMemory, processorTime } from './soak-server.ts';

export interface StreamsResult {
  readonly runs: number;
  readonly completed: number;
  /** Runs that were at the model at the same time. */
  readonly atOnce: number;
  readonly peakMemoryMb: number;
  readonly memoryLimitMb: number;
  readonly seconds: number;
  /** Processor time of the server for one run, in milliseconds. */
  readonly processorMsPerRun: number;
  readonly problems: readonly string[];
}

const MODEL_MS = 1000;
const MEMORY_LIMIT_MB = 600;

/** Starts so many streamed runs at once, each on a model that takes a second. Linux only: it reads /proc. */
export async function soakStreams(runs: number): Promise<StreamsResult> {
  let now = 0;
  let atOnce = 0;
  await using server = await openSoakServer(async () => {
    now += 1;
    atOnce = Math.max(atOnce, now);
    await sleep(MODEL_MS);
    now -= 1;
    return { text: 'An answer of some words, as a model that takes a second gives it.' };
  });
  await server.stream('/v1/conversations', { model: 'test-model', inputs: 'Warm up' });
  const { pid } = server.child();
  const [startedAt, before] = [performance.now(), processorTime(pid)];
  const ended = await Promise.allSettled(
    Array.from({ length: runs }, (_, n) =>
      server.stream('/v1/conversations', { model: 'test-model', inputs: `Run ${n}` }),
    ),
  );
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const problems = ended.flatMap((result, n) => {
    if (result.status === 'rejected') return [`run ${n}: ${String(result.reason)}`];
    const whole = /\nevent: conversation\.response\.done\ndata: [^\n]+\n\n$/.test(result.value);
    return whole ? [] : [`run ${n} ended with ${result.value.slice(-200)}`];
  });
  const peakMemoryMb = peakMemory(pid);
  if (peakMemoryMb > MEMORY_LIMIT_MB) problems.push(`the server took ${peakMemoryMb} MB of memory`);
  return {
    runs,
    completed: runs - problems.length,
    atOnce,
    peakMemoryMb,
    memoryLimitMb: MEMORY_LIMIT_MB,
    seconds,
    processorMsPerRun: Math.round(((processorTime(pid) - before) / runs) * 10) / 10,
    problems,
  };
}
