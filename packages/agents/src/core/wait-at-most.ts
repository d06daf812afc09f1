import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when the work has ended, or after so many milliseconds. @throws what the work throws before that. */
export async function waitAtMost(ms: number, work: Promise<unknown>): Promise<void> {
  const ended = new AbortController();
  try {
    await Promise.race([work, sleep(ms, undefined, { signal: ended.signal }).catch(() => undefined)]);
  } finally {
    ended.abort();
  }
}
