export { addMetrics } from './add-metrics.ts';
export { createMetrics } from './create-metrics.ts';
export type { Metrics, MetricsOptions } from './create-metrics.ts';
