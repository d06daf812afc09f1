import cluster from 'node:cluster';
import { createLineLog, type Log } from '../log.ts';
import type { Closable } from '../process/close-on-signal.ts';
import { openStopSignal } from '../process/stop-signal.ts';
import { openClusterWorker } from './cluster-worker.ts';
import { createLoneWorker } from './lone-worker.ts';
import { runPrimary } from './primary.ts';
import type { Worker } from './worker.ts';

/** What serves in one worker; `serveHttp` gives one. */
export interface WorkerServing extends Closable {
  readonly url: string;
}

export interface WorkersOptions {
  /** Processes that serve. Of 1 this process serves itself, and starts no other. */
  readonly count: number;
  /** Called once, in the process that was started, when all workers serve. */
  readonly onReady?: (url: string) => void;
  /** Stops all, as SIGTERM does. */
  readonly signal?: AbortSignal;
  /** Milliseconds that workers may take to close; then they are killed. 30,000 unless given. */
  readonly closeMs?: number;
  /** Told of workers that ended and were started again; warnings and errors go to stderr unless given. */
  readonly log?: Log;
}

const CLOSE_MS = 30_000;

/**
 * Serves with several processes on one port until SIGTERM or SIGINT, then lets all of them finish what they have. The
 * program that calls it is started again for each worker, and `start` runs in the workers only: what comes before the
 * call runs in every process. A worker that dies is replaced, ever later if it keeps dying; one that dies while it starts
 * the first time ends them all.
 *
 * ```ts
 * await runWorkers({ count: 4, onReady: url => console.log(url) }, async worker =>
 *   serveHttp(createMcpServer({ name: 'shop', version: '1.0.0', tools, worker }), { port: 8000 }),
 * );
 * ```
 *
 * @returns a promise that resolves when everything is closed.
 * @throws what `start` throws; KitError `workers_failed` in the process that was started, when workers cannot be.
 */
export async function runWorkers(
  options: WorkersOptions,
  start: (worker: Worker) => Promise<WorkerServing>,
): Promise<void> {
  const { count, onReady = () => {}, closeMs = CLOSE_MS, log = createLineLog() } = options;
  if (cluster.isWorker) return serveAsOne(options.signal, start);
  if (count === 1) return serveAlone(options.signal, onReady, start);
  return runPrimary({ count, closeMs, log, onReady, signal: options.signal });
}

async function serveAlone(
  given: AbortSignal | undefined,
  onReady: (url: string) => void,
  start: (worker: Worker) => Promise<WorkerServing>,
): Promise<void> {
  const stop = openStopSignal();
  try {
    const signal = given ? AbortSignal.any([given, stop.signal]) : stop.signal;
    await serve(signal, () => start(createLoneWorker(signal)), onReady);
  } finally {
    stop.close();
  }
}

async function serveAsOne(
  given: AbortSignal | undefined,
  start: (worker: Worker) => Promise<WorkerServing>,
): Promise<void> {
  const stop = openStopSignal();
  const told = new AbortController();
  const signal = AbortSignal.any([stop.signal, told.signal, ...(given ? [given] : [])]);
  const own = await openClusterWorker(signal, () => told.abort());
  try {
    await serve(signal, () => start(own.worker), own.ready);
  } finally {
    await own.leave();
    stop.close();
  }
}

/** From the start to the end. A start that the signal broke off is no failure. */
async function serve(
  signal: AbortSignal,
  start: () => Promise<WorkerServing>,
  onReady: (url: string) => void,
): Promise<void> {
  let serving: WorkerServing;
  try {
    serving = await start();
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  if (!signal.aborted) {
    onReady(serving.url);
    await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
  }
  await serving.close();
}
