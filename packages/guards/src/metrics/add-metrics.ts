import { AggregatorRegistry, type Registry } from 'prom-client';

/**
 * Puts the metrics of several processes together, each as `registry.getMetricsAsJSON()` gives them: counts are added, and
 * a gauge as its `aggregator` says.
 */
export function addMetrics(snapshots: readonly (readonly object[])[]): Registry {
  // The types of the library want one process' metrics where it takes a list of them.
  return AggregatorRegistry.aggregate([...snapshots]);
}
