/**
 * Does something at once and then again and again, never twice at the same time.
 * @param work Must not reject.
 * @returns What stops it, and waits for the one under way.
 */
export function repeat(everyMs: number, work: () => Promise<void>): () => Promise<void> {
  let working: Promise<void> | undefined;
  const tick = () => {
    working ??= work().finally(() => {
      working = undefined;
    });
  };
  tick();
  const timer = setInterval(tick, everyMs);
  return async () => {
    clearInterval(timer);
    await working;
  };
}
