import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ToolServerHealth } from '../core/tool-servers.ts';

/** Seconds: from an answer out of memory to a turn of many long tool calls. */
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
/** Callers name models, so names alone could grow without end; further ones are counted together. */
const MOST_MODELS = 50;
/** So do names of tools, which their servers make up. */
const MOST_TOOLS = 200;

/** What is looked at when somebody asks. */
export interface MetricsSources {
  /** States of the connections to tool servers. */
  readonly connectionStates: () => readonly ToolServerHealth['state'][];
  /** Whether rates are counted in Redis now; absent where there is none. */
  readonly isRateStoreShared?: () => boolean;
}

const STATES = [
  'idle',
  'connecting',
  'ready',
  'waiting',
  'refused',
  'closed',
] as const satisfies readonly ToolServerHealth['state'][];

/** What the server counts, in a registry of its own. */
export type ServerMetrics = ReturnType<typeof createServerMetrics>;

export function createServerMetrics({ connectionStates, isRateStoreShared }: MetricsSources) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const connections: Gauge = new Gauge({
    name: 'tramontane_tool_server_connections',
    help: 'Tool servers that are in use, by the state of their connection.',
    labelNames: ['state'],
    registers,
    collect: () => {
      const states = connectionStates();
      for (const state of STATES) connections.set({ state }, states.filter(each => each === state).length);
    },
  });
  if (isRateStoreShared) {
    const shared: Gauge = new Gauge({
      name: 'mcp_rate_store_shared',
      help: '1 while rates are counted in Redis, 0 while it is away and this process counts alone.',
      registers,
      collect: () => shared.set(isRateStoreShared() ? 1 : 0),
    });
  }
  return {
    registry,
    /** The label for a model's name. */
    modelLabel: createLabels(MOST_MODELS),
    /** The label for a tool's name. */
    toolLabel: createLabels(MOST_TOOLS),
    requests: new Counter({
      name: 'tramontane_http_requests_total',
      help: 'HTTP requests that were answered, by method, endpoint and status.',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    refusals: new Counter({
      name: 'mcp_refused_requests_total',
      help: 'HTTP requests that a guard refused: auth, limits, network, overload.',
      labelNames: ['by'],
      registers,
    }),
    runsRunning: new Gauge({
      name: 'tramontane_runs_running',
      help: 'Runs that this process carries.',
      registers,
    }),
    runs: new Counter({
      name: 'tramontane_runs_total',
      help: 'Runs that ended or were left in this process, by how: the reason of the end, or "broken_off".',
      labelNames: ['end'],
      registers,
    }),
    runSeconds: new Histogram({
      name: 'tramontane_run_duration_seconds',
      help: 'How long runs took in this process.',
      buckets: BUCKETS,
      registers,
    }),
    modelCalls: new Counter({
      name: 'tramontane_model_calls_total',
      help: 'Questions to models, by how they ended: success, or the code of the failure.',
      labelNames: ['provider', 'model', 'status'],
      registers,
    }),
    modelSeconds: new Histogram({
      name: 'tramontane_model_call_duration_seconds',
      help: 'How long models took to answer in full.',
      labelNames: ['provider'],
      buckets: BUCKETS,
      registers,
    }),
    modelTokens: new Counter({
      name: 'tramontane_model_tokens_total',
      help: 'Tokens, as the providers count them.',
      labelNames: ['provider', 'model', 'kind'],
      registers,
    }),
    toolCalls: new Counter({
      name: 'mcp_tool_invocations_total',
      help: 'Calls of tools on tool servers that ended.',
      labelNames: ['tool_name', 'status'],
      registers,
    }),
    toolFailures: new Counter({
      name: 'mcp_tool_failures_total',
      help: 'Calls of tools that ended with an error: "tool_error" where the tool says so, else the code of the failure.',
      labelNames: ['tool_name', 'error_type'],
      registers,
    }),
    toolSeconds: new Histogram({
      name: 'mcp_tool_duration_seconds',
      help: 'How long tool servers took to answer a call.',
      labelNames: ['tool_name'],
      buckets: BUCKETS,
      registers,
    }),
  };
}

/** The first so many names are labels; further ones are one. */
function createLabels(most: number): (name: string) => string {
  const known = new Set<string>();
  return name => {
    if (known.has(name)) return name;
    if (known.size >= most || name.length > 100) return 'other';
    known.add(name);
    return name;
  };
}
