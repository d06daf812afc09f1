/** Items of several generators as they come, each with the number of the one it is from. */
export async function* mergeSignals<T>(
  sources: readonly AsyncGenerator<T, void>[],
): AsyncGenerator<
  { readonly source: number; readonly item: T } | { readonly source: number; readonly ended: true },
  void
> {
  const next = async (source: number) => ({ source, result: await sources[source]?.next() });
  const waiting = new Map(sources.map((_, source) => [source, next(source)]));
  try {
    while (waiting.size > 0) {
      const { source, result } = await Promise.race(waiting.values());
      if (!result || result.done) {
        waiting.delete(source);
        yield { source, ended: true };
      } else {
        waiting.set(source, next(source));
        yield { source, item: result.value };
      }
    }
  } finally {
    // Not awaited: what the others wait for may take long, and nobody reads them any more.
    for (const source of sources) void source.return();
    for (const promise of waiting.values()) promise.catch(() => undefined);
  }
}
