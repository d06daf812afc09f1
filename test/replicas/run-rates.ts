import { countAllowed, type Allowed } from './count-allowed.ts';
import { openCluster } from './open-cluster.ts';

export interface RatesResult extends Allowed {
  readonly limit: number;
  readonly problems: readonly string[];
}

const LIMIT = 1000;
const EACH = 600;
/** Share of the limit. */
const MOST_OFF = 0.02;

/** Three replicas of the Agents API on one Redis: one limit for all of them. */
export async function runRates(): Promise<RatesResult> {
  await using opened = new AsyncDisposableStack();
  const cluster = opened.adopt(await openCluster({ agents: 3, tools: 1, rate: `${LIMIT}/hour` }), each =>
    each.close(),
  );
  const urls = cluster.addresses.agents.map(url => `${url}/v1/agents`);
  const found = await countAllowed(urls, EACH, { authorization: `Bearer ${cluster.apiKey}` });
  const problems: string[] = [];
  if (Math.abs(found.allowed - LIMIT) > LIMIT * MOST_OFF)
    problems.push(`${found.allowed} requests were let through, not ${LIMIT}.`);
  if (found.others.length > 0) problems.push(`Other answers: ${found.others.join()}.`);
  if (found.byServer.includes(0)) problems.push('One of them let nobody through.');
  return { limit: LIMIT, ...found, problems };
}
