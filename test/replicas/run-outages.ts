import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../durability/random.ts';
import type { Heard } from './ask.ts';
import { checkLoad, type LoadFindings } from './check-load.ts';
import { load } from './load.ts';
import { openCluster, type Cluster } from './open-cluster.ts';
import { prepare } from './prepare.ts';

/** What happened while something was away, and until everything answered again. */
export interface Outage {
  readonly answered: number;
  /** By status; of streams that of the event they ended with. */
  readonly refused: Readonly<Record<string, number>>;
  /** Milliseconds from its being back to the first turn that was answered. */
  readonly healedMs: number;
}

export interface OutagesResult extends LoadFindings {
  readonly seed: number;
  readonly seconds: number;
  readonly redisKilled: Outage;
  readonly postgresRestarted: Outage;
  readonly postgresKilled: Outage;
  readonly problems: readonly string[];
}

/** Between the attempts of a client, with one and the same key: half a minute in all. */
const PAUSES = [200, 400, ...Array.from({ length: 30 }, () => 1000)];
const MOST_HEALING_MS = 15_000;
const LOOK_MS = 25;

/**
 * Two replicas of the Agents API and two of a kit server under load, while Redis is killed and comes back, PostgreSQL is
 * restarted, and PostgreSQL is killed with -9. No process of ours may end, and no answer may be unclear.
 */
export async function runOutages(
  options: { readonly seconds: number; readonly clients: number; readonly seed: number },
  say: (sentence: string) => void,
): Promise<OutagesResult> {
  const { seconds, clients, seed } = options;
  await using opened = new AsyncDisposableStack();
  const cluster = opened.adopt(await openCluster({ agents: 2, tools: 2 }), each => each.close());
  const prepared = await prepare(cluster);
  const heard: (Heard & { readonly at: number })[] = [];
  const stop = new AbortController();
  const began = performance.now();
  const asking = load(cluster, {
    ...prepared,
    clients,
    random: createRandom(seed),
    pauses: PAUSES,
    signal: stop.signal,
    onHeard: answer => void heard.push({ ...answer, at: performance.now() }),
  });
  const part = (seconds * 1000) / 7;
  const problems: string[] = [];
  const watch = async (what: string, away: () => Promise<void>): Promise<Outage> => {
    await delay(part);
    const from = performance.now();
    await away();
    const back = performance.now();
    const isHealed = () => heard.find(({ ok, at, conversationId }) => ok && conversationId && at > back);
    let healed = isHealed();
    for (; !healed && performance.now() - back < MOST_HEALING_MS; healed = isHealed()) await delay(LOOK_MS);
    if (!healed)
      problems.push(`${what}: nothing was answered for ${MOST_HEALING_MS / 1000} s after it was back.`);
    const during = heard.filter(({ at }) => at > from);
    const refused = during.filter(({ ok }) => !ok);
    const outage = {
      answered: during.length - refused.length,
      refused: Object.fromEntries(
        [...Map.groupBy(refused, ({ status }) => status)].map(([status, of]) => [status, of.length]),
      ),
      healedMs: Math.round((healed?.at ?? Number.POSITIVE_INFINITY) - back),
    };
    say(`${what}: ${JSON.stringify(outage)}`);
    return outage;
  };

  let redisKilled: Outage;
  let postgresRestarted: Outage;
  let postgresKilled: Outage;
  try {
    redisKilled = await watch('Redis killed', async () => {
      await cluster.redis.kill();
      await until(async () => (await sharing(cluster)).every(shared => !shared), 'every server counts alone');
      await delay(part);
      await cluster.redis.start();
      await until(async () => (await sharing(cluster)).every(Boolean), 'every server counts in Redis');
    });
    if (Object.keys(redisKilled.refused).length > 0)
      problems.push(`Requests failed for want of Redis: ${JSON.stringify(redisKilled.refused)}.`);
    postgresRestarted = await watch('PostgreSQL restarted', () => cluster.postgres.restart(part));
    postgresKilled = await watch('PostgreSQL killed', () => cluster.postgres.kill());
    await delay(part);
  } finally {
    stop.abort();
  }
  const asked = await asking;
  const found = await checkLoad(cluster, asked);
  problems.push(...found.problems, ...checkClear(heard), ...checkProcesses(cluster));
  return {
    seed,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    redisKilled,
    postgresRestarted,
    postgresKilled,
    ...found,
    problems,
  };
}

/** A refusal says that it is about the database, and when to come back. */
function checkClear(heard: readonly Heard[]): string[] {
  const unclear = heard.filter(({ ok, status, text, retryAfter }) => {
    if (ok) return false;
    if (status === 503) return !(text.includes('database_away') ? retryAfter !== null : DATABASE.test(text));
    // Of the kit: a result that a model can read.
    return status !== 200 || !KEYS.test(text);
  });
  return unclear.slice(0, 20).map(({ status, text }) => `Unclear: ${status} ${text.slice(-300)}`);
}

const DATABASE = /The database is away/;
const KEYS = /Idempotency keys cannot be looked up now|still running|begun and broke off/;

function checkProcesses({ agents, tools }: Cluster): string[] {
  const problems: string[] = [];
  for (const [name, replicas] of [
    ['Agents API', agents],
    ['kit server', tools],
  ] as const) {
    for (const { isRunning, log } of replicas) {
      for (const line of ['Redis is away', 'Redis is back'])
        if (!log().some(each => each.includes(line))) problems.push(`The ${name} did not log "${line}".`);
      if (!isRunning()) problems.push(`A process of the ${name} ended:\n${log().slice(-5).join('\n')}`);
    }
  }
  return problems;
}

/** Whether each server counts in Redis, as its metrics say. */
async function sharing({ addresses, apiKey }: Cluster): Promise<readonly boolean[]> {
  const headers = { authorization: `Bearer ${apiKey}` };
  return Promise.all(
    [...addresses.agents, ...addresses.tools].map(async url => {
      const metrics = await fetch(`${url}/metrics`, { headers });
      return /^mcp_rate_store_shared 1$/m.test(await metrics.text());
    }),
  );
}

async function until(look: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + MOST_HEALING_MS; !(await look()); await delay(LOOK_MS)) {
    if (performance.now() > end) throw new Error(`Waited in vain: ${what}.`);
  }
}
