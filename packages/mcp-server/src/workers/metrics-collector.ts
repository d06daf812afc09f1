/** What `registry.getMetricsAsJSON()` of prom-client gives: JSON, of which the type is all that is looked at. */
export type Readable<Metrics = object> = () => Promise<readonly Metrics[]>;
type Snapshot = readonly object[];

/** Puts the metrics of all workers together, in the first process. Each worker may have several registries, by index. */
export interface MetricsCollector {
  /** Of one registry, from each worker that answers, and what was last known of the others. */
  readonly collect: (index: number, workers: readonly AskedWorker[]) => Promise<readonly Snapshot[]>;
  /** What a worker says before it ends. */
  readonly setLast: (worker: number, snapshots: readonly Snapshot[]) => void;
  /** The worker has ended: what it counted stays counted, or rates made of the sums would jump. */
  readonly forget: (worker: number) => void;
}

export interface AskedWorker {
  readonly id: number;
  readonly ask: (index: number) => Promise<Snapshot>;
}

/** Counts of ended workers are put together when there are more of them. */
const MOST_ENDED = 8;

export function createMetricsCollector(
  add: (snapshots: readonly Snapshot[]) => Promise<Snapshot>,
): MetricsCollector {
  const last = new Map<number, Snapshot[]>();
  const ended: Snapshot[][] = [];
  let collecting: Promise<unknown> = Promise.resolve();
  const setOne = (worker: number, index: number, snapshot: Snapshot): void => {
    const known = last.get(worker) ?? [];
    known[index] = snapshot;
    last.set(worker, known);
  };
  const collect: MetricsCollector['collect'] = async (index, workers) => {
    await Promise.all(
      workers.map(async ({ id, ask }) => {
        const snapshot = await ask(index).catch(() => undefined);
        // One that ended while it was asked is among the ended.
        if (snapshot && last.has(id)) setOne(id, index, snapshot);
      }),
    );
    const counts = (ended[index] ??= []);
    if (counts.length > MOST_ENDED) {
      const taken = counts.splice(0);
      counts.push(await add(taken));
    }
    return [...[...last.values()].flatMap(known => (known[index] ? [known[index]] : [])), ...counts];
  };
  return {
    // One after the other: two at once could see counts that are being put together.
    collect: (index, workers) => {
      for (const { id } of workers) if (!last.has(id)) last.set(id, []);
      const done = collecting.then(() => collect(index, workers));
      collecting = done.catch(() => {});
      return done;
    },
    setLast: (worker, snapshots) => snapshots.forEach((snapshot, index) => setOne(worker, index, snapshot)),
    forget: worker => {
      const known = last.get(worker) ?? [];
      last.delete(worker);
      known.forEach((snapshot, index) => (ended[index] ??= []).push(snapshot.filter(isCount)));
    },
  };
}

function isCount(metric: object): boolean {
  return 'type' in metric && (metric.type === 'counter' || metric.type === 'histogram');
}
