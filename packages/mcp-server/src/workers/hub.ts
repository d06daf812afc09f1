import type { Channel } from './channel.ts';
import { createKeptStores } from './kept-stores.ts';
import type { PrimaryMethods, Seat, WorkerMethods } from './methods.ts';
import { createMetricsCollector } from './metrics-collector.ts';

/** What the workers have in common, in the first process. */
export interface Hub {
  readonly methodsFor: (id: number, onServing: (url: string) => void) => PrimaryMethods;
  readonly join: (id: number, channel: Channel<WorkerMethods>) => void;
  readonly leave: (id: number) => void;
  readonly countRestart: () => void;
}

/** For a worker to say what it counted; one that is busy for longer is shown as it was. */
const METRICS_MS = 1000;

export function createHub(seat: Omit<Seat, 'id'>): Hub {
  const channels = new Map<number, Channel<WorkerMethods>>();
  const stores = createKeptStores(taskId => {
    for (const { tell } of channels.values()) tell('taskChanged', [taskId]);
  });
  const metrics = createMetricsCollector(async snapshots => {
    // Here, as a server without metrics has no library for them.
    const { addMetrics } = await import('@tramontane/guards/metrics');
    return addMetrics(snapshots).getMetricsAsJSON();
  });
  let restarts = 0;
  const countWorkers = (): readonly object[] => [
    toMetric('mcp_workers', 'gauge', 'Processes that serve on one port.', channels.size),
    toMetric('mcp_worker_restarts_total', 'counter', 'Workers that ended and were started again.', restarts),
  ];
  return {
    methodsFor: (id, onServing) => ({
      ...stores.of(id),
      seat: () => ({ ...seat, id }),
      ready: onServing,
      collectMetrics: async index => {
        const asked = [...channels].map(([worker, { ask }]) => ({
          id: worker,
          ask: (of: number) => ask('ownMetrics', [of], METRICS_MS),
        }));
        return [...(await metrics.collect(index, asked)), countWorkers()];
      },
      lastMetrics: snapshots => metrics.setLast(id, snapshots),
      notice: (server, notice) => {
        for (const [worker, { tell }] of channels) if (worker !== id) tell('noticed', [server, notice]);
      },
    }),
    join: (id, channel) => void channels.set(id, channel),
    leave: id => {
      channels.delete(id);
      metrics.forget(id);
      stores.forget(id);
    },
    countRestart: () => void (restarts += 1),
  };
}

function toMetric(name: string, type: 'gauge' | 'counter', help: string, value: number): object {
  return { name, type, help, aggregator: 'sum', values: [{ value, labels: {} }] };
}
