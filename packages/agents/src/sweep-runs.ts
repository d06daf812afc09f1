import type { Logger } from 'pino';
import type { RunStore } from './core/ports.ts';
import type { Runs } from './core/runs.ts';
import { repeat } from './repeat.ts';
import type { RunOwnership } from './store/run-ownership.ts';

/** How often abandoned runs are looked for, in milliseconds. */
const SWEEP_MS = 1000;

/** Goes on with runs that nobody carries: at once, and then as long as the server lives. Returns what stops it. */
export function sweepRuns(parts: {
  readonly ownership: RunOwnership;
  readonly runs: Runs;
  readonly store: RunStore;
  readonly log: Logger;
}): () => Promise<void> {
  const { ownership, runs, store, log } = parts;
  const sweep = async () => {
    // Asked for at another process: this one carries the runs.
    for (const runId of await ownership.toCancel()) runs.cancel(runId);
    for (const runId of await ownership.claim(id => runs.isCarried(id))) {
      const run = await store.load(runId);
      if (!run) continue;
      log.info({ run_id: runId }, 'going on with a run that was left');
      await runs.resume(run, ownership.owner).catch(error => {
        log.warn({ err: error, run_id: runId }, 'a run that was left could not be taken over');
      });
    }
  };
  return repeat(SWEEP_MS, () =>
    sweep().catch(error => log.warn({ err: error }, 'runs that were left could not be looked for')),
  );
}
