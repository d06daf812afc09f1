import { SpanKind } from '@opentelemetry/api';
import type { RunEnd } from '@tramontane/engine';
import type { WatchRun } from '../core/ports.ts';
import { inSpan, markFailed } from './in-span.ts';
import type { ServerMetrics } from './metrics.ts';

/** Counts and traces runs (OpenTelemetry, semantic conventions for generative AI, "Invoke agent"). */
export function createRunWatch(metrics: ServerMetrics): WatchRun {
  return async (run, carry) => {
    const { agentId, model } = run.plan;
    const attributes = {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.request.model': model,
      ...(agentId !== undefined && { 'gen_ai.agent.id': agentId }),
      'tramontane.run.id': run.id,
    };
    const started = performance.now();
    let end: RunEnd | undefined;
    metrics.runsRunning.inc();
    try {
      return await inSpan('invoke_agent', SpanKind.INTERNAL, attributes, async span => {
        end = await carry();
        if (end.reason === 'failed') markFailed(span, end.failure.code);
        return end;
      });
    } finally {
      metrics.runsRunning.dec();
      metrics.runs.inc({ end: end?.reason ?? 'broken_off' });
      metrics.runSeconds.observe((performance.now() - started) / 1000);
    }
  };
}
