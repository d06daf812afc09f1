import { Client } from 'pg';
import { z } from 'zod';
import type { Asked } from './load.ts';
import type { Cluster } from './open-cluster.ts';
import { VALUE } from './booking-model.ts';
import { send } from './prepare.ts';

/** What is left of a load when it is over. */
export interface LoadFindings {
  readonly requests: number;
  /** Requests whose first answer was none, and those of them that a later one with the same key healed. */
  readonly failed: number;
  readonly healed: number;
  /** First answers of those that failed, as in `append 502`; 0: the connection broke. */
  readonly failures: Readonly<Record<string, number>>;
  readonly hung: number;
  readonly doubledEffects: number;
  /** Of answered turns: what their conversation's history does not hold. */
  readonly lostEntries: number;
  readonly problems: readonly string[];
}

const entrySchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  content: z.unknown().optional(),
  arguments: z.string().optional(),
  info: z.looseObject({ status: z.string() }).optional(),
});
type Entry = z.infer<typeof entrySchema>;

/** Holds what the callers were told against the tool's effects, the histories and the database. */
export async function checkLoad(cluster: Cluster, asked: readonly Asked[]): Promise<LoadFindings> {
  const problems: string[] = [];
  const failed = asked.filter(({ heard }) => heard[0]?.ok !== true);
  const unhealed = failed.filter(({ heard }) => heard.at(-1)?.ok !== true);
  for (const { kind, heard } of unhealed) {
    const told = heard.map(({ status, text }) => `${status} ${text.slice(-300)}`).join(' | then: ');
    problems.push(`Not healed: ${kind}: ${told}`);
  }
  const late = asked.filter(({ heard }) => heard.some(each => each.hung));
  for (const { kind, value } of late) problems.push(`Not answered in time: ${kind} of ${value}.`);

  const effects = countValues(await cluster.booked());
  const doubled = [...effects].filter(([, count]) => count > 1);
  for (const [value, count] of doubled) problems.push(`${value} was booked ${count} times.`);
  const known = new Set(asked.map(({ value }) => value));
  for (const value of effects.keys()) if (!known.has(value)) problems.push(`Nobody asked for ${value}.`);
  const turns = Map.groupBy(
    asked.filter(({ conversationId }) => conversationId !== undefined),
    ({ conversationId }) => conversationId ?? '',
  );
  let lostEntries = 0;
  for (const [conversationId, ofConversation] of turns) {
    const found = await readHistory(cluster, conversationId);
    const ids = found.map(({ id }) => id);
    if (new Set(ids).size !== ids.length) problems.push(`${conversationId} holds an entry twice.`);
    for (const turn of ofConversation) {
      const missing = missingOf(turn, found, effects.get(turn.value) ?? 0);
      lostEntries += missing.length;
      for (const what of missing) problems.push(`${conversationId}, ${turn.kind} ${turn.value}: ${what}`);
    }
  }
  for (const { kind, value, heard } of asked) {
    if (kind !== 'direct call' && kind !== 'kit call') continue;
    if (heard.at(-1)?.ok === true && !effects.has(value))
      problems.push(`${kind}: ${value} was answered and never booked: ${heard.at(-1)?.text}`);
  }
  problems.push(...(await checkDatabase(cluster, asked)));
  return {
    requests: asked.length,
    failed: failed.length,
    healed: failed.length - unhealed.length,
    failures: Object.fromEntries(countValues(failed.map(({ kind, heard }) => `${kind} ${heard[0]?.status}`))),
    hung: late.length,
    doubledEffects: doubled.length,
    lostEntries,
    problems,
  };
}

async function readHistory(cluster: Cluster, conversationId: string): Promise<readonly Entry[]> {
  const answer = await send(cluster, 'GET', `/v1/conversations/${conversationId}/history`);
  return z.looseObject({ entries: z.array(entrySchema) }).parse(answer).entries;
}

/** A turn is the question, the call with its result, and what the model said of it: once each, in this order. */
function missingOf({ value }: Asked, history: readonly Entry[], effects: number): string[] {
  const found = history.filter(entry => VALUE.exec(JSON.stringify(entry))?.[0] === value);
  const types = found.map(({ type }) => type);
  const expected = ['message.input', 'tool.execution', 'message.output'];
  const problems = types.join() === expected.join() ? [] : [`the history reads ${types.join(', ')}.`];
  const done = found.some(({ info }) => info?.status === 'done');
  if (done && effects === 0) problems.push('its call ended well, and nothing was booked.');
  return problems;
}

/** A request with its key made one turn, however often it was asked; and none is under way for ever. */
async function checkDatabase(cluster: Cluster, asked: readonly Asked[]): Promise<string[]> {
  const client = new Client({ connectionString: cluster.postgres.url });
  await client.connect();
  try {
    const count = async (text: string): Promise<number> =>
      Number((await client.query<{ count: string }>(text)).rows[0]?.count);
    const problems: string[] = [];
    const running = await count('select count(*) from tramontane.runs where running');
    if (running > 0) problems.push(`${running} runs are still under way.`);
    for (const [kind, found] of [
      ['start', await count('select count(*) from tramontane.runs where position = 0')],
      ['append', await count('select count(*) from tramontane.runs where position > 0')],
    ] as const) {
      const ofKind = asked.filter(each => each.kind === kind);
      const answered = ofKind.filter(({ heard }) => heard.at(-1)?.ok).length;
      // One that was never answered may have been begun, or not.
      if (found < answered || found > ofKind.length)
        problems.push(`There are ${found} turns of ${ofKind.length} asked (${kind}), ${answered} answered.`);
    }
    return problems;
  } finally {
    await client.end();
  }
}

function countValues(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
