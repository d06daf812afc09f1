import { openStopSignal } from './stop-signal.ts';

export interface Closable {
  close(): Promise<unknown>;
}

/**
 * Closes what serves when the process is told to stop (SIGTERM, SIGINT), each after the one before it. The process then
 * ends by itself, as nothing is open any more. A second SIGINT, as of an impatient Ctrl-C, ends it at once.
 *
 * ```ts
 * const serving = await serveHttp(server, { port: 8000 });
 * closeOnSignal(serving);
 * ```
 *
 * @returns a promise that resolves when everything is closed; it rejects when something cannot be closed.
 */
export function closeOnSignal(...open: readonly Closable[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = openStopSignal();
  const closeAll = async (): Promise<void> => {
    try {
      for (const one of open) await one.close();
      resolve();
    } catch (error) {
      process.exitCode = 1;
      reject(error);
    } finally {
      stop.close();
    }
  };
  stop.signal.addEventListener('abort', () => void closeAll());
  return promise;
}
