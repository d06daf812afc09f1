import { setTimeout as sleep } from 'node:timers/promises';
import type { RunSignal } from '@tramontane/engine';
import { ApiError } from './api-error.ts';
import type { Caller } from './caller.ts';
import type { RunStore } from './ports.ts';
import type { RunFeed } from './run-feed.ts';

/** How often a run carried elsewhere is looked at, in milliseconds. */
const POLL_MS = 250;

/**
 * A run's signals from its first event to its end: from the feed while this process carries it, from the store when
 * another one does or took over in between. Pieces of an answer are heard from the feed only.
 */
export async function* readRun(run: {
  readonly caller: Caller;
  readonly runId: string;
  readonly feed: RunFeed | undefined;
  readonly runs: RunStore;
  readonly isClosing: () => boolean;
  readonly signal: AbortSignal;
}): AsyncGenerator<RunSignal, void> {
  let seq = 0;
  if (run.feed) {
    for await (const item of run.feed.read(0, run.signal)) {
      yield item;
      if (!('seq' in item)) continue;
      seq = item.seq + 1;
      if (item.event.type === 'run.finished') return;
    }
  }
  while (!run.signal.aborted) {
    const events = await run.runs.eventsSince(run.caller, run.runId, seq);
    if (!events) throw new ApiError('not_found', 'The conversation was deleted while it was answering.');
    for (const event of events) {
      yield { seq, event };
      seq += 1;
      if (event.type === 'run.finished') return;
    }
    if (events.length > 0) continue;
    if (run.isClosing()) {
      throw new ApiError(
        'stopping',
        'The server is stopping. The answer is finished after its next start: read the history of the conversation then.',
      );
    }
    await sleep(POLL_MS, undefined, { signal: run.signal }).catch(() => undefined);
  }
}
