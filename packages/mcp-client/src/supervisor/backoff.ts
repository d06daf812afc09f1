const FIRST_MS = 100;

/**
 * Milliseconds until the next try after so many failures in a row: doubled each time, and by chance between half of that
 * and all of it, so that the clients of a server do not come back all at once.
 */
export function backoffMs(
  failures: number,
  { capMs, random = Math.random }: { readonly capMs: number; readonly random?: () => number },
): number {
  const most = Math.min(capMs, FIRST_MS * 2 ** Math.min(failures - 1, 30));
  return most / 2 + (most / 2) * random();
}

/** Failed tries in a row after which the circuit is open: callers do not wait for a try that is far off. */
export const CIRCUIT_FAILURES = 3;
/** How far off a try may be for callers to wait for it all the same, milliseconds. */
export const PATIENCE_MS = 1_000;

/** The longest wait after connections that ended before they answered anything: each start of a program has its price. */
export const UNSOUND_CAP_MS = 10_000;

const LEAST_CAP_MS = 800;
const MOST_CAP_MS = 60_000;

/**
 * The longest wait between tries. A refused connection costs nothing, so such a server is asked about every second and
 * is found soon after it is back; one that lets everybody wait for seconds is asked less and less.
 */
export function longestWaitMs(lastTryMs: number): number {
  return Math.min(MOST_CAP_MS, Math.max(LEAST_CAP_MS, lastTryMs * 4));
}
