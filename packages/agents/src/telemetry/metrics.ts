import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds: from an answer out of memory to a turn of many long tool calls. */
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
/** Callers name models, so names alone could grow without end; further ones are counted together. */
const MOST_MODELS = 50;

/** What the server counts, in a registry of its own. */
export type ServerMetrics = ReturnType<typeof createServerMetrics>;

export function createServerMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const models = new Set<string>();
  return {
    registry,
    /** The label for a model's name. */
    modelLabel: (name: string): string => {
      if (models.has(name)) return name;
      if (models.size >= MOST_MODELS || name.length > 100) return 'other';
      models.add(name);
      return name;
    },
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
      name: 'tramontane_tool_calls_total',
      help: 'Calls of tools on tool servers, by how they ended: success, tool_error, or the code of the failure.',
      labelNames: ['status'],
      registers,
    }),
    toolSeconds: new Histogram({
      name: 'tramontane_tool_call_duration_seconds',
      help: 'How long tool servers took to answer a call.',
      buckets: BUCKETS,
      registers,
    }),
  };
}
