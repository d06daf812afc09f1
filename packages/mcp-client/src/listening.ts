import type { Client } from '@modelcontextprotocol/client';
import { backoffMs } from './supervisor/backoff.ts';

/** A stream that lasted this long, in milliseconds, was not refused; the next break begins with the shortest wait again. */
const SOUND_MS = 10_000;

export interface ListeningOptions {
  readonly client: Client;
  readonly timeoutMs: () => number;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** The list may have changed while nobody listened. */
  readonly onGap: () => void;
}

/**
 * Changes of the list are news of the 2026 era only to those who subscribe. A stream that breaks is opened again until
 * the connection is closed.
 */
export async function keepListening({
  client,
  timeoutMs,
  now,
  signal,
  onGap,
}: ListeningOptions): Promise<void> {
  let failures = 0;
  for (let turn = 0; !signal.aborted; turn += 1) {
    const startedAt = now();
    try {
      const subscription = await client.listen({ toolsListChanged: true }, { timeout: timeoutMs(), signal });
      if (turn > 0) onGap();
      if ((await subscription.closed) === 'local') return;
    } catch {
      // The server may be down, or may not do what it declares; both are looked at again later.
    }
    failures = now() - startedAt > SOUND_MS ? 1 : failures + 1;
    await pause(backoffMs(failures, { capMs: 60_000 }), signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    timer.unref();
    signal.addEventListener('abort', end, { once: true });
  });
}
