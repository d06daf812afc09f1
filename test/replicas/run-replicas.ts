import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../durability/random.ts';
import { checkLoad, type LoadFindings } from './check-load.ts';
import { load } from './load.ts';
import { openCluster } from './open-cluster.ts';
import type { Replica } from './replica.ts';
import { timeTakeOver, type TakenOver } from './orphans.ts';
import { prepare } from './prepare.ts';

export interface ReplicasResult extends LoadFindings {
  readonly seed: number;
  readonly seconds: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** Of the replica that was killed. */
  readonly takenOver: TakenOver;
}

const MOST_TAKE_OVER_MS = 15_000;
const RETRY_MS = 100;
/** Load after everything is back. */
const MORE_MS = 500;

/**
 * Three replicas of the Agents API and three of a kit server behind nginx, under load: one of the API is killed with -9 and
 * comes back, another one is restarted, and one of the kit server too. Every request that fails is asked once more.
 */
export async function runReplicas(
  options: { readonly seconds: number; readonly clients: number; readonly seed: number },
  say: (sentence: string) => void,
): Promise<ReplicasResult> {
  const { seconds, clients, seed } = options;
  await using opened = new AsyncDisposableStack();
  const cluster = opened.adopt(await openCluster({ agents: 3, tools: 3 }), each => each.close());
  say(`three replicas of each at ${cluster.url} and ${cluster.toolsUrl}`);
  const prepared = await prepare(cluster);
  const stop = new AbortController();
  const began = performance.now();
  const asking = load(cluster, {
    ...prepared,
    clients,
    random: createRandom(seed),
    pauses: [RETRY_MS],
    signal: stop.signal,
  });
  const [killed, restarted] = cluster.agents;
  if (!killed) throw new Error('There is no replica to kill.');
  const [tool] = cluster.tools;
  let takenOver: TakenOver;
  try {
    await delay((seconds * 1000) / 4);
    takenOver = await timeTakeOver(cluster.postgres.url, cluster.agents.length, killed);
    say(`killed one: ${takenOver.orphans} runs taken over within ${takenOver.tookMs} ms`);
    await Promise.all([killed.start(), restart(tool)]);
    say('started it again, and restarted one of the kit server');
    await restart(restarted);
    say('restarted another one');
    await delay(Math.max(MORE_MS, seconds * 1000 - (performance.now() - began)));
  } finally {
    stop.abort();
  }
  const asked = await asking;
  const found = await checkLoad(cluster, asked);
  const problems = [...found.problems];
  if (takenOver.orphans === 0) problems.push('The killed replica carried no run: nothing was tried.');
  if (takenOver.tookMs > MOST_TAKE_OVER_MS)
    problems.push(`Its runs were taken over after ${takenOver.tookMs} ms.`);
  return {
    seed,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    byKind: Object.fromEntries(
      [...Map.groupBy(asked, ({ kind }) => kind)].map(([kind, ofKind]) => [kind, ofKind.length]),
    ),
    takenOver,
    ...found,
    problems,
  };
}

async function restart(replica: Replica | undefined): Promise<void> {
  await replica?.stop();
  await replica?.start();
}
