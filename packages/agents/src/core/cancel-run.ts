import type { Caller } from './caller.ts';
import type { RunStore } from './ports.ts';
import type { Runs } from './runs.ts';

/** `cancelling`: the run has been told to stop, wherever it is carried, and has not ended yet. */
export type Cancellation = 'cancelled' | 'cancelling' | 'nothing_under_way';

/** How long a cancellation waits to see the end of the run, in milliseconds. */
const WAIT_MS = 10_000;

/**
 * Stops the run of a conversation that is under way. Its calls are cancelled; those that had left are written down as
 * such. The wish is written down first: whichever process carries the run sees it, also one that takes the run over.
 */
export async function cancelRun(
  caller: Caller,
  conversationId: string,
  ports: { readonly runStore: RunStore; readonly runs: Runs },
  signal: AbortSignal,
): Promise<Cancellation> {
  const runId = await ports.runStore.requestCancel(caller, conversationId);
  if (runId === undefined) return 'nothing_under_way';
  ports.runs.cancel(runId);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]);
  for await (const item of ports.runs.read(caller, runId, limit))
    if ('seq' in item && item.event.type === 'run.finished')
      return item.event.end.reason === 'cancelled' ? 'cancelled' : 'nothing_under_way';
  return 'cancelling';
}
