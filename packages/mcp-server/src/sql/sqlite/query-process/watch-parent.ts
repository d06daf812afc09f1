import { Worker } from 'node:worker_threads';

const EVERY_MS = 500;

/**
 * Ends this process soon after the one that started it, however that ended. A thread of its own watches, because the
 * main one may be in a query that never returns.
 */
export function watchParent(): void {
  const watch = `setInterval(() => process.ppid === ${process.ppid} || process.kill(process.pid, 'SIGKILL'), ${EVERY_MS})`;
  new Worker(watch, { eval: true }).unref();
}
