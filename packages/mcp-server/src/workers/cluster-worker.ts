import cluster from 'node:cluster';
import type { Notice } from '../engine/notices.ts';
import { createWatchers } from '../tasks/watchers.ts';
import { createChannel } from './channel.ts';
import type { PrimaryMethods, WorkerMethods } from './methods.ts';
import { createOnceProxy, createRateProxy, createTaskProxy } from './store-proxies.ts';
import type { NoticeRelay, Worker } from './worker.ts';

/** This process as one of several, from its first message to the end of its channel. */
export interface ClusterWorker {
  readonly worker: Worker;
  readonly ready: (url: string) => void;
  /** Says what was counted, and lets the process end. */
  readonly leave: () => Promise<void>;
}

/** @param onClose the first process wants this one to close. */
export async function openClusterWorker(signal: AbortSignal, onClose: () => void): Promise<ClusterWorker> {
  const metrics: (() => Promise<readonly object[]>)[] = [];
  const servers: ((notice: Notice) => void)[] = [];
  const watchers = createWatchers();
  const methods: WorkerMethods = {
    close: onClose,
    ownMetrics: async index => (await metrics[index]?.()) ?? [],
    taskChanged: watchers.tell,
    noticed: (server, notice) => servers[server]?.(notice),
  };
  // The first process may be gone; then this one ends with the channel, and nothing is left to say.
  const channel = createChannel<PrimaryMethods>(message => void process.send?.(message, () => {}), methods);
  process.on('message', channel.receive);
  const { id, count, folder, stateKey } = await channel.ask('seat', []);

  const relay = ({ publish, subscribe }: NoticeRelay): void => {
    const server = servers.length;
    let told = false;
    servers.push(notice => {
      told = true;
      publish(notice);
      told = false;
    });
    // What came from another worker is there already.
    subscribe(notice => told || channel.tell('notice', [server, notice]));
  };
  return {
    worker: {
      id,
      count,
      signal,
      rateStore: createRateProxy(channel),
      onceStore: createOnceProxy(channel),
      taskStore: createTaskProxy(channel, watchers),
      gatherMetrics: own => {
        const index = metrics.push(own) - 1;
        return () => channel.ask('collectMetrics', [index]);
      },
      stateKey,
      reach: { id, folder },
      relay,
    },
    ready: url => channel.tell('ready', [url]),
    leave: async () => {
      const own = Promise.all(metrics.map(async one => one()));
      // That a scrape is short of its last counts must not keep a process from ending.
      await own.then(async snapshots => channel.ask('lastMetrics', [snapshots])).catch(() => {});
      channel.close();
      process.off('message', channel.receive);
      cluster.worker?.disconnect();
    },
  };
}
