export { runWorkers } from './run-workers.ts';
export type { WorkersOptions, WorkerServing } from './run-workers.ts';
export { parseWorkerCount } from './worker-count.ts';
export type { NoticeRelay, Worker, WorkerReach } from './worker.ts';
