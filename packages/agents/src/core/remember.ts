/** Puts a value into a map that holds so many at most: what was put in longest ago goes. */
export function remember<K, V>(known: Map<K, V>, key: K, value: V, most: number): void {
  known.delete(key);
  known.set(key, value);
  const [oldest] = known.keys();
  if (known.size > most && oldest !== undefined) known.delete(oldest);
}

/** The same by weight: of all that the map holds, so much is kept. */
export function rememberWithin<K, V extends { readonly size: number }>(
  known: Map<K, V>,
  key: K,
  value: V,
  most: { readonly count: number; readonly size: number },
): void {
  remember(known, key, value, most.count);
  let total = [...known.values()].reduce((sum, { size }) => sum + size, 0);
  for (const [oldest, { size }] of known) {
    if (total <= most.size) return;
    known.delete(oldest);
    total -= size;
  }
}
