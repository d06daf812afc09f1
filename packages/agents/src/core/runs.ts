import { endingEvents, foldRun, type RunEnd, type RunEvent, type RunSignal } from '@tramontane/engine';
import { isDatabaseAway } from './api-error.ts';
import type { Caller } from './caller.ts';
import { carryRun, type CarriedRun, type CarryPorts } from './carry-run.ts';
import type { Histories } from './histories.ts';
import { OwnershipLost, type OwnedRun, type RunStore, type WatchRun } from './ports.ts';
import { readRun } from './read-run.ts';
import { createRunFeed, type RunFeed } from './run-feed.ts';
import { waitAtMost } from './wait-at-most.ts';

/** The runs that this process carries, and the way to read any run. */
export interface Runs {
  /** Writes a run down and carries it. Its readers may come and go. */
  start(run: CarriedRun, write: () => Promise<StartAnswer>): Promise<StartAnswer>;
  /** Goes on with a run that another process left: the new owner is written down before anything else happens. */
  resume(run: OwnedRun, owner: string): Promise<void>;
  /** A run that is kept nowhere: it lives as long as its reader. */
  readUnstored(run: CarriedRun, signal: AbortSignal): AsyncGenerator<RunSignal, void>;
  /** A run's signals from its first event to its end, wherever it is carried. */
  read(caller: Caller, runId: string, signal: AbortSignal): AsyncGenerator<RunSignal, void>;
  isCarried(runId: string): boolean;
  /** Ends a run as cancelled, if this process carries it: its calls are cancelled, and its log says so. */
  cancel(runId: string): void;
  /** Stops a run whose log is gone, if this process carries it: its calls are cancelled and its readers told at once. */
  stop(runId: string): void;
  /** Waits for runs to end, at most `graceMs`; the rest is left for the next start to resume. */
  close(graceMs: number): Promise<void>;
}

type StartAnswer = Awaited<ReturnType<RunStore['start']>>;

export interface RunsPorts extends CarryPorts {
  readonly runs: RunStore;
  readonly histories: Histories;
  readonly watchRun?: WatchRun;
  readonly onError: (error: unknown, runId: string) => void;
}

/** A run that took so many processes down with it is ended instead of carried again. */
const MAX_RESUMES = 20;

const UNWATCHED: WatchRun = (_run, carry) => carry();

export function openRuns(ports: RunsPorts): Runs {
  const { watchRun = UNWATCHED } = ports;
  const carried = new Map<
    string,
    { feed: RunFeed; done: Promise<void>; stop: AbortController; cancel: AbortController }
  >();
  // Written down but not carried yet: the sweep for abandoned runs must leave these alone.
  const starting = new Map<string, AbortController>();
  let closing = false;

  const carry = (run: CarriedRun, stop: AbortController) => {
    const feed = createRunFeed(run.id);
    feed.record(0, run.events);
    if (closing) return feed.end();
    const append = async (seq: number, events: readonly RunEvent[]) => {
      // A stopped run writes nothing more: what it did not finish is for whoever resumes it.
      if (stop.signal.aborted) throw new OwnershipLost(run.id);
      try {
        await ports.runs.append(run, seq, events);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    };
    const cancel = new AbortController();
    const either = AbortSignal.any([stop.signal, cancel.signal]);
    const done = watchRun(run, () => carryRun(run, append, feed, ports, either))
      // What the store refused or could not take is not the run's fault: the sweep goes on with it from its log.
      .catch(error =>
        stop.signal.aborted || isDatabaseAway(error) ? report(error) : giveUp(run, error, feed, ports),
      )
      .then(() => {
        feed.end();
        // The run may have come back to this process since: that one is still carried.
        if (carried.get(run.id) === mine) carried.delete(run.id);
      });
    const report = (error: unknown) => {
      if (!(error instanceof OwnershipLost)) ports.onError(error, run.id);
    };
    const mine = { feed, done, stop, cancel };
    carried.set(run.id, mine);
  };

  return {
    async start(run, write) {
      const stop = new AbortController();
      starting.set(run.id, stop);
      try {
        const answer = await write();
        if (answer === 'started') carry(run, stop);
        return answer;
      } finally {
        starting.delete(run.id);
      }
    },
    async resume(run, owner) {
      // It ended while the sweep looked: nothing may follow the end.
      const state = foldRun(run.events);
      if (state.end) return;
      const at = ports.now().toISOString();
      const resumed: RunEvent = { type: 'run.resumed', at, owner };
      if (run.cancelRequested)
        return ports.runs.append(run, run.events.length, endingEvents(state, { reason: 'cancelled' }, at));
      if (run.events.filter(({ type }) => type === 'run.resumed').length >= MAX_RESUMES) {
        const message = `The run was resumed ${MAX_RESUMES} times and never ended, so it was ended here.`;
        return ports.runs.append(run, run.events.length, endingEvents(state, failed(message), at));
      }
      await ports.runs.append(run, run.events.length, [resumed]);
      const history = await ports.histories.before(run.caller, run.conversationId, run.id);
      carry({ ...run, history, events: [...run.events, resumed] }, new AbortController());
    },
    readUnstored: (run, signal) => readUnstored(run, ports, signal),
    read: (caller, runId, signal) =>
      readRun({
        caller,
        runId,
        feed: carried.get(runId)?.feed,
        runs: ports.runs,
        isClosing: () => closing,
        signal,
      }),
    cancel: runId => carried.get(runId)?.cancel.abort(new Error('The run was cancelled.')),
    isCarried: runId => starting.has(runId) || carried.has(runId),
    stop(runId) {
      const mine = carried.get(runId);
      (mine?.stop ?? starting.get(runId))?.abort(new OwnershipLost(runId));
      // A tool that does not heed its cancellation must not keep the readers waiting.
      mine?.feed.end();
    },
    async close(graceMs) {
      closing = true;
      const all = Promise.all([...carried.values()].map(({ done }) => done));
      await waitAtMost(graceMs, all);
      for (const { stop } of carried.values()) stop.abort(new Error('The server is stopping.'));
      await all;
    },
  };
}

/** A run that broke off for a reason nobody foresaw is ended in its log, where it still belongs to us. */
async function giveUp(run: CarriedRun, error: unknown, feed: RunFeed, ports: RunsPorts): Promise<void> {
  if (error instanceof OwnershipLost) return;
  ports.onError(error, run.id);
  try {
    const stored = await ports.runs.load(run.id);
    const state = stored && foldRun(stored.events);
    if (!stored || !state || state.end) return;
    const end = failed('The server failed while it carried this run.');
    const events = endingEvents(state, end, ports.now().toISOString());
    await ports.runs.append(run, stored.events.length, events);
    feed.record(stored.events.length, events);
  } catch (again) {
    // The database is away, or the run was taken over: the sweep resumes what is still ours when it is back.
    if (!(again instanceof OwnershipLost)) ports.onError(again, run.id);
  }
}

async function* readUnstored(
  run: CarriedRun,
  ports: RunsPorts,
  signal: AbortSignal,
): AsyncGenerator<RunSignal, void> {
  const feed = createRunFeed(run.id);
  feed.record(0, run.events);
  const stop = new AbortController();
  const keepNothing = async () => {};
  // Nothing waits here for a person: there would be nobody to come back to.
  const alone = { ...run, plan: { ...run.plan, confirmation: 'refuse' as const } };
  const { watchRun = UNWATCHED } = ports;
  const either = AbortSignal.any([signal, stop.signal]);
  const done = watchRun(alone, () => carryRun(alone, keepNothing, feed, ports, either)).catch(
    (error: unknown): RunEnd => {
      ports.onError(error, run.id);
      const end = failed('The server failed while it carried this run.');
      feed.record(Number.MAX_SAFE_INTEGER, [{ type: 'run.finished', at: ports.now().toISOString(), end }]);
      return end;
    },
  );
  void done.then(() => feed.end());
  try {
    yield* feed.read(0, signal);
  } finally {
    // The reader is the run's only owner: without it nothing may go on.
    stop.abort(new Error('The caller went away.'));
    await done;
  }
}

function failed(message: string): RunEnd {
  return { reason: 'failed', failure: { code: 'internal_error', message } };
}
