import { INSTRUCTIONS, QUESTION, SLOW_MS, TEN_CALLS, TEN_DONE } from '../agent-runs.ts';
import {
  openAgentsServer,
  openScriptedModel,
  openTools,
  send,
  timeTo,
  type AgentsClient,
} from '../agents-client.ts';
import type { BenchContext } from '../bench-context.ts';
import type { WorkResult } from '../result.ts';
import { mediansOf, takeTimes, toTimeRatio, type Timed } from '../times.ts';

/** The Agents API with its database: a run of ten tool calls beside other loops, the first token, a long history. */
export async function measureAgents(context: BenchContext): Promise<WorkResult> {
  const model = await openScriptedModel(context);
  const api = await openAgentsServer(context, model);
  const works = [
    await measureTenCalls(context, api, model),
    await measureFirstToken(context, api, model),
    await measureLongHistory(context, api),
  ];
  return {
    ratios: works.flatMap(({ ratios }) => ratios),
    figures: Object.assign({}, ...works.map(({ figures }) => figures)) as Record<string, unknown>,
    skipped: [],
  };
}

/** The same model and tools; every contender is a process that is asked over HTTP. */
async function measureTenCalls(
  context: BenchContext,
  api: AgentsClient,
  model: string,
): Promise<Omit<WorkResult, 'skipped'>> {
  const tools = await openTools(context, 1);
  await api.post('/v1/connectors', { name: 'sums', description: 'Adds numbers.', server: tools });
  const agent = await api.post('/v1/agents', {
    name: 'bench',
    model: TEN_CALLS,
    instructions: INSTRUCTIONS,
    tools: [{ type: 'connector', connector_id: 'sums' }],
  });
  const peer = async (name: string, program: string) => {
    const { url, pid } = await context.open(program, [`--model=${model}`, `--tools=${tools}`]);
    return timed(name, pid, async () => await (await send(url, {})).text());
  };
  const times = await takeTimes(
    [
      timed('tramontane', api.pid, async () => {
        const { outputs } = await api.post('/v1/conversations', { agent_id: agent['id'], inputs: QUESTION });
        return JSON.stringify(outputs);
      }),
      await peer('@openai/agents', 'peers/openai-agents.ts'),
      await peer('ai', 'peers/ai-sdk.ts'),
    ],
    context.turns,
  );
  const work = 'run with ten tool calls';
  return {
    ratios: [
      {
        work,
        of: 'time, tramontane / @openai/agents',
        ...toTimeRatio(times, 'tramontane', '@openai/agents'),
        wanted: { atMost: 1 },
      },
      {
        work,
        of: 'time, tramontane / ai',
        ...toTimeRatio(times, 'tramontane', 'ai'),
        note: 'ours writes every step down, the others nothing',
      },
    ],
    figures: { tenCalls: mediansOf(times) },
  };
}

function timed(name: string, pid: number, run: () => Promise<string>): Timed {
  return {
    name,
    pid,
    take: async () => {
      const started = performance.now();
      const words = await run();
      const ms = performance.now() - started;
      if (!words.includes(TEN_DONE)) throw new Error(`${name} answered ${words.slice(0, 300)}`);
      return ms;
    },
  };
}

async function measureFirstToken(
  { turns }: BenchContext,
  api: AgentsClient,
  model: string,
): Promise<Omit<WorkResult, 'skipped'>> {
  const words = 'A short answer';
  const messages = [{ role: 'user', content: QUESTION }];
  const times = await takeTimes(
    [
      {
        name: 'tramontane',
        take: () => api.timeTo(words, '/v1/conversations', { model: 'slow', inputs: QUESTION, stream: true }),
      },
      {
        name: 'provider',
        take: () => timeTo(words, `${model}/chat/completions`, { model: 'slow', messages, stream: true }),
      },
    ],
    Math.ceil(turns / 4),
  );
  return {
    ratios: [
      {
        work: `first token, ${SLOW_MS} ms at the provider`,
        of: 'time, tramontane / provider',
        ...toTimeRatio(times, 'tramontane', 'provider'),
        wanted: { atMost: 1.05 },
      },
    ],
    figures: { firstToken: mediansOf(times) },
  };
}

const ENTRIES = 2000;
const TOOLS = 100;

/** The model answers at once and reads nothing of the conversation: the time of a turn is what is around it. */
async function measureLongHistory(
  context: BenchContext,
  api: AgentsClient,
): Promise<Omit<WorkResult, 'skipped'>> {
  const server = await openTools(context, TOOLS);
  await api.post('/v1/connectors', { name: 'many', description: 'Many tools.', server });
  const tools = [{ type: 'connector', connector_id: 'many' }];
  const long = await begin(api, ENTRIES, tools);
  // Anew for every turn: one that all turns are appended to would not stay small.
  const small = (given: readonly object[]) => async () => await turn(api, await begin(api, 0, given));
  const times = await takeTimes(
    [
      { name: 'small', take: small([]) },
      { name: 'small, same tools', take: small(tools) },
      { name: 'long', take: () => turn(api, long) },
    ],
    // Few: each one makes the long conversation two entries longer.
    Math.ceil(context.turns / 4),
  );
  const work = `turn on ${ENTRIES.toLocaleString('en')} entries with ${TOOLS} tools`;
  return {
    ratios: [
      {
        work,
        of: 'time outside the model, long / small without tools',
        ...toTimeRatio(times, 'long', 'small'),
        wanted: { atMost: 2 },
      },
      {
        work,
        of: 'time outside the model, long / small with the same tools',
        ...toTimeRatio(times, 'long', 'small, same tools'),
        note: 'what the history alone costs',
      },
    ],
    figures: { longHistory: mediansOf(times) },
  };
}

async function turn(api: AgentsClient, path: string): Promise<number> {
  const started = performance.now();
  await api.post(path, { inputs: 'More' });
  return performance.now() - started;
}

/** A conversation with so many entries before its first question, in the order in which an agent leaves them. */
async function begin(api: AgentsClient, entries: number, tools: readonly object[]): Promise<string> {
  const inputs: object[] = Array.from({ length: Math.ceil(entries / 4) }, (_, n) => {
    const tool_call_id = `c${String(n).padStart(8, '0')}`;
    return [
      { role: 'user', content: `Question ${n}, about this and that.` },
      { type: 'function.call', tool_call_id, name: 'look_up', arguments: '{"first":"this"}' },
      { type: 'function.result', tool_call_id, result: 'What was looked up, in a few words.' },
      { type: 'message.output', content: `Answer ${n}, about this and that.` },
    ];
  }).flat();
  const body = { model: 'words', inputs: [...inputs, { role: 'user', content: 'Go' }], tools };
  const { conversation_id } = await api.post('/v1/conversations', body);
  return `/v1/conversations/${String(conversation_id)}`;
}
