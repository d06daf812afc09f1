/**
 * Tells the bench where the server listens, and from then on how much memory it holds. Started alone, it prints.
 * @param close What there is to do before the process ends, when the bench lets go of it.
 */
export function tellParent(url: string, close: () => Promise<void> = async () => {}): void {
  if (process.send === undefined) {
    process.stdout.write(`${url}\n`);
    return;
  }
  process.on('message', () => {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    process.send?.({ rss, heapUsed });
  });
  process.once('disconnect', () => void close().finally(() => process.exit()));
  process.send({ url });
}

export function readNumber(name: string, fallback: number): number {
  const given = process.argv.find(arg => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  if (given === undefined) return fallback;
  const value = Number(given);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number.`);
  return value;
}
