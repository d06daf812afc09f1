import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Guard } from './guard.ts';
import { GuardsError } from './guards-error.ts';
import type { Refusal, Visit } from './visit.ts';

export interface OverloadOptions {
  /**
   * Requests being answered at once; one more is refused. 1,000 unless given. One that does nothing but wait, as a
   * stream that has begun, does not count, nor does one whose caller is not known yet.
   */
  readonly maxInFlight?: number;
  /**
   * Milliseconds that the process is late, on average over a second; above it, twice in a row, new requests are refused.
   * 1,000 unless given.
   */
  readonly maxDelayMs?: number;
  /** Paths that are never refused, as they say how the server is. `/metrics` unless given. */
  readonly spare?: readonly string[];
}

const MAX_IN_FLIGHT = 1000;
const MAX_DELAY_MS = 1000;
const LOOK_MS = 1000;
/** Looks in a row: one long task is no overload. */
const LATE_LOOKS = 2;
/** The monitor's own precision, which is part of what it measures. */
const RESOLUTION_MS = 20;

const REFUSAL: Refusal = {
  status: 503,
  by: 'overload',
  detail: 'The server has too much to do. Try again in a moment.',
  headers: { 'retry-after': '1' },
};

/**
 * Refuses with 503 and `Retry-After` what could only be answered late, before anything is done for it. Until `close()`
 * it watches the event loop.
 *
 * @throws GuardsError `bad_option`
 */
export function openOverloadGuard(options: OverloadOptions = {}): Guard & { close(): Promise<void> } {
  const { maxInFlight = MAX_IN_FLIGHT, maxDelayMs = MAX_DELAY_MS, spare = ['/metrics'] } = options;
  for (const [name, value] of Object.entries({ maxInFlight, maxDelayMs })) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new GuardsError('bad_option', `overload.${name} is ${value}. Give a whole number from 1.`);
  }
  const inFlight = new Set<Visit>();
  const isFull = (): boolean => inFlight.size >= maxInFlight;
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const spared = new Set(spare);
  const isSpared = ({ path }: Visit): boolean => spared.has(path);
  let late = 0;
  delay.enable();
  const looking = setInterval(() => {
    late = delay.mean / 1e6 - RESOLUTION_MS > maxDelayMs ? late + 1 : 0;
    delay.reset();
  }, LOOK_MS).unref();
  return {
    arrive: visit => (!isSpared(visit) && (late >= LATE_LOOKS || isFull()) ? REFUSAL : undefined),
    // Who is not known takes no place: wrong credentials that wait to be looked up would keep everybody else out.
    admit: visit => {
      if (isSpared(visit)) return undefined;
      if (isFull()) return REFUSAL;
      inFlight.add(visit);
      return undefined;
    },
    waits: visit => void inFlight.delete(visit),
    leave: visit => void inFlight.delete(visit),
    close: async () => {
      clearInterval(looking);
      delay.disable();
    },
  };
}
