export interface Closable {
  close(): Promise<unknown>;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

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
  let closing: Promise<void> | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (closing === undefined) closing = closeAll(open).then(finish, fail);
    // What a terminal sends twice is meant.
    else if (signal === 'SIGINT') process.exit(130);
  };
  const forget = (): void => SIGNALS.forEach(name => process.off(name, onSignal));
  const finish = (): void => {
    forget();
    resolve();
  };
  const fail = (error: unknown): void => {
    forget();
    process.exitCode = 1;
    reject(error);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return promise;
}

async function closeAll(open: readonly Closable[]): Promise<void> {
  for (const one of open) await one.close();
}
