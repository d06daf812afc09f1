import type { CallModel } from '@tramontane/engine';
import type { ToolServers, WatchRun } from '../core/ports.ts';
import { createServerMetrics } from './metrics.ts';
import { watchModels } from './watch-models.ts';
import { createRunWatch } from './watch-runs.ts';
import { watchToolCalls } from './watch-tool-calls.ts';

/** Puts itself around what a server does with models, tools and runs, and counts and traces it. */
export interface Telemetry {
  readonly watch: (callModel: CallModel) => { readonly callModel: CallModel; readonly watchRun: WatchRun };
  readonly watchTools: (servers: ToolServers) => ToolServers;
}

export function createTelemetry(models: {
  resolve(name: string): { readonly provider: string } | undefined;
}): Telemetry {
  const metrics = createServerMetrics();
  return {
    watch: callModel => ({
      callModel: watchModels(callModel, name => models.resolve(name)?.provider, metrics),
      watchRun: createRunWatch(metrics),
    }),
    watchTools: servers => watchToolCalls(servers, metrics),
  };
}
