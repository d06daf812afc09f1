import type { Logger } from 'pino';
import type { RequestKeyStore } from './core/request-key.ts';
import { repeat } from './repeat.ts';

const SWEEP_MS = 3_600_000;

/** Forgets old idempotency keys, as long as the server lives. Returns what stops it. */
export function sweepRequestKeys(keys: RequestKeyStore, log: Logger): () => Promise<void> {
  return repeat(SWEEP_MS, () =>
    keys.sweep().catch(error => log.warn({ err: error }, 'old idempotency keys could not be forgotten')),
  );
}
