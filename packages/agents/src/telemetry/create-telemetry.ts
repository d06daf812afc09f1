import type { CallModel } from '@tramontane/engine';
import type { HttpMetrics, WatchRun } from '../core/ports.ts';
import type { ToolServers } from '../core/tool-servers.ts';
import { createServerMetrics, type MetricsSources } from './metrics.ts';
import { watchModels } from './watch-models.ts';
import { createRunWatch } from './watch-runs.ts';
import { watchToolCalls } from './watch-tool-calls.ts';

/** Puts itself around what a server does with models, tools and runs, and counts and traces it. */
export interface Telemetry {
  readonly watch: (callModel: CallModel) => { readonly callModel: CallModel; readonly watchRun: WatchRun };
  readonly watchTools: (servers: ToolServers) => ToolServers;
  /** What was counted, for `/metrics`. */
  readonly metrics: HttpMetrics;
}

export function createTelemetry(
  models: { resolve(name: string): { readonly provider: string } | undefined },
  sources: MetricsSources,
): Telemetry {
  const metrics = createServerMetrics(sources);
  const { registry } = metrics;
  return {
    metrics: {
      contentType: registry.contentType,
      text: () => registry.metrics(),
      countAnswer: ({ method, route = 'none', status, refusedBy: by }) => {
        metrics.requests.inc({ method, route, status: String(status) });
        if (by !== undefined) metrics.refusals.inc({ by });
      },
    },
    watch: callModel => ({
      callModel: watchModels(callModel, name => models.resolve(name)?.provider, metrics),
      watchRun: createRunWatch(metrics),
    }),
    watchTools: servers => watchToolCalls(servers, metrics),
  };
}
