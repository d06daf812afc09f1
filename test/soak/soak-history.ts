import { openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { openSoakServer, processorTime, type SoakServer } from './soak-server.ts';

export interface HistoryResult {
  readonly entries: number;
  readonly tools: number;
  readonly rounds: number;
  /** Processor time of the server for one turn, in milliseconds: medians. */
  readonly small: number;
  readonly smallWithTools: number;
  readonly long: number;
  readonly longWithTools: number;
  /** Of the long turn with all tools to the small one, without and with the same tools. */
  readonly ratio: number;
  readonly ratioWithTools: number;
  /** The first long turn after a start, when nothing is remembered. */
  readonly firstAfterStart: number;
  readonly problems: readonly string[];
}

/** What a turn on top of a long history with many tools may cost, beside a small one. */
const WANTED = 2;

const TURNS_PER_SAMPLE = 20;

/** What a turn costs the server on top of a long history with many tools, beside a small one. Linux only: it reads /proc. */
export async function soakHistory(entries: number, tools: number, rounds: number): Promise<HistoryResult> {
  await using api = await openSoakServer(() => ({ text: 'A short answer of a few words.' }));
  await using opened = new AsyncDisposableStack();
  const server = opened.adopt(
    await openSdkV2Server({ tools: createTools(tools), listTtlMs: 600_000 }),
    each => each.close(),
  );
  await api.post('/v1/connectors', { name: 'big', description: 'd', server: server.url });
  const all = [{ type: 'connector', connector_id: 'big' }];
  const works = {
    small: await begin(api, 0, []),
    smallWithTools: await begin(api, 0, all),
    long: await begin(api, entries, []),
    longWithTools: await begin(api, entries, all),
  };
  const samples: Record<keyof typeof works, number[]> = {
    small: [],
    smallWithTools: [],
    long: [],
    longWithTools: [],
  };
  for (let round = -2; round < rounds; round += 1) {
    for (const name of Object.keys(works) as (keyof typeof works)[]) {
      const before = processorTime(api.child().pid);
      for (let turn = 0; turn < TURNS_PER_SAMPLE; turn += 1) await api.post(works[name], { inputs: 'More' });
      if (round >= 0) samples[name].push((processorTime(api.child().pid) - before) / TURNS_PER_SAMPLE);
    }
  }
  await api.restart();
  for (let turn = 0; turn < TURNS_PER_SAMPLE; turn += 1) await api.post(works.small, { inputs: 'More' });
  const before = processorTime(api.child().pid);
  await api.post(works.longWithTools, { inputs: 'More' });
  const firstAfterStart = processorTime(api.child().pid) - before;

  const [small, smallWithTools] = [median(samples.small), median(samples.smallWithTools)];
  const longWithTools = median(samples.longWithTools);
  const ratio = round2(longWithTools / small);
  return {
    entries,
    tools,
    rounds,
    small,
    smallWithTools,
    long: median(samples.long),
    longWithTools,
    ratio,
    ratioWithTools: round2(longWithTools / smallWithTools),
    firstAfterStart,
    problems: ratio > WANTED ? [`a long turn costs ${ratio} of a small one, more than ${WANTED}`] : [],
  };
}

function createTools(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    name: `tool_${n}`,
    description: `Does the thing of number ${n}, in a description as long as descriptions of tools are.`,
    inputSchema: {
      properties: { first: { type: 'string' }, second: { type: 'number' }, third: { type: 'boolean' } },
    },
    handler: () => 'done',
  }));
}

async function begin(api: SoakServer, entries: number, tools: readonly object[]): Promise<string> {
  const inputs: object[] = [];
  for (let n = 0; inputs.length < entries; n += 1) {
    const tool_call_id = `c${String(n).padStart(8, '0')}`;
    inputs.push(
      { role: 'user', content: `Question ${n}, about this and that.` },
      { type: 'function.call', tool_call_id, name: 'look_up', arguments: '{"first":"this"}' },
      { type: 'function.result', tool_call_id, result: 'What was looked up, in a few words.' },
      { type: 'message.output', content: `Answer ${n}, about this and that.` },
    );
  }
  const body = { model: 'test-model', inputs: [...inputs, { role: 'user', content: 'Go' }], tools };
  const { conversation_id } = await api.post('/v1/conversations', body);
  return `/v1/conversations/${String(conversation_id)}`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
