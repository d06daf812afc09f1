import type { RunEvent, ToolCall } from './events.ts';
import type { DriveOptions, RunPorts } from './drive-run.ts';
import type { CallModel, ModelAnswer, ModelRequest } from './model.ts';
import type { CallRoute, ToolOutcome, ToolTarget } from './tools.ts';

export const START = {
  type: 'run.started',
  at: '2026-01-01T00:00:00.000Z',
  inputs: [],
} as const satisfies RunEvent;
export const RESUMED: RunEvent = { type: 'run.resumed', at: '2026-01-01T00:01:00.000Z', owner: 'next' };

const connector = (tool: string, repeatable: boolean): ToolTarget => ({
  kind: 'connector',
  connectorId: 'c1',
  connectorName: 'shop',
  tool,
  repeatable,
});

/** The tools every test knows, by what may be done with them. */
export const TARGETS: Readonly<Record<string, ToolTarget>> = {
  read: connector('read', true),
  book: connector('book', true),
  send: connector('send', false),
  ask: { kind: 'caller' },
};

/** A tool server that outlives the runs: it acts once per key for `book`, each time for `send`, never for `read`. */
export function createToolWorld() {
  const byKey = new Map<string, { tool: string; attempts: number; effects: number }>();
  return {
    byKey,
    call(call: ToolCall, key: string): ToolOutcome {
      const tool = call.target.kind === 'connector' ? call.target.tool : '';
      const seen = byKey.get(key) ?? { tool, attempts: 0, effects: 0 };
      byKey.set(key, seen);
      seen.attempts += 1;
      if (tool === 'send' || (tool === 'book' && seen.effects === 0)) seen.effects += 1;
      return { status: 'done', isError: false, content: [{ type: 'text', text: `${tool} done` }] };
    },
  };
}
export type ToolWorld = ReturnType<typeof createToolWorld>;

export type Call = readonly [name: string, args?: string];

/** An answer that asks for calls, or says something. */
export function answer(calls: readonly Call[], text = ''): ModelAnswer {
  return {
    content: text,
    calls: calls.map(([name, args = '{}']) => ({ name, arguments: args })),
    usage: { promptTokens: 10, completionTokens: 2 },
    finish: calls.length > 0 ? 'tool_calls' : 'stop',
  };
}

/** Ports over plain memory. `log` is what is committed. */
export function createScriptedPorts(
  script: (answers: number, request: ModelRequest) => ModelAnswer | Promise<ModelAnswer>,
  options: {
    readonly log?: readonly RunEvent[];
    readonly world?: ToolWorld;
    readonly append?: RunPorts['append'];
    readonly callTool?: RunPorts['callTool'];
    readonly callModel?: CallModel;
    readonly routeOf?: (name: string) => CallRoute | undefined;
    readonly handOff?: RunPorts['handOff'];
    readonly toolChoice?: ModelRequest['toolChoice'];
    /** Ids of a second life differ from the first one's. */
    readonly life?: string;
  } = {},
) {
  const log: RunEvent[] = [...(options.log ?? [START])];
  const world = options.world ?? createToolWorld();
  const requests: ModelRequest[] = [];
  const batches: number[] = [];
  let ids = 0;
  let time = Date.UTC(2026, 0, 1);
  const ports: RunPorts = {
    append: async (seq, events) => {
      await options.append?.(seq, events);
      if (seq !== log.length) throw new Error(`Written at ${seq}, and the log has ${log.length} events.`);
      log.push(...events);
      batches.push(events.length);
    },
    callModel:
      options.callModel ??
      (async request => {
        requests.push(request);
        return await script(log.filter(({ type }) => type === 'model.answered').length, request);
      }),
    createRequest: () => ({
      model: 'm',
      instructions: '',
      entries: [],
      tools: [],
      toolChoice: options.toolChoice ?? 'auto',
      settings: {},
    }),
    routeOf: name => options.routeOf?.(name) ?? { target: TARGETS[name] ?? { kind: 'none' } },
    handOff:
      options.handOff ??
      (async () => {
        throw new Error('Nobody to hand over to.');
      }),
    agentId: () => undefined,
    callTool: options.callTool ?? (async (call, _args, { key }) => world.call(call, key)),
    keyOf: call => `run:${call.callId}`,
    onDelta: () => {},
    now: () => new Date((time += 1000)),
    createId: kind => `${kind}-${options.life ?? 'a'}${(ids += 1)}`,
  };
  return { ports, log, world, requests, batches };
}

export function driveOptions(
  change: Partial<DriveOptions['limits']> & { signal?: AbortSignal } = {},
): DriveOptions {
  const { signal = new AbortController().signal, ...limits } = change;
  return { signal, limits: { maxAnswers: 10, maxParallelCalls: 4, maxHandoffs: 3, ...limits } };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
