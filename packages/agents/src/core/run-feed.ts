import type { RunDelta, RunEvent, RunSignal } from '@tramontane/engine';

/**
 * What a run's readers hear in the process that carries it. Late readers hear the recorded part again, and what was
 * said so far of the answer under way: without its beginning they would take the rest for all of it.
 */
export interface RunFeed {
  readonly runId: string;
  record(seq: number, events: readonly RunEvent[]): void;
  readonly delta: (delta: RunDelta) => void;
  /** No more is coming from this process: the run ended, or somebody else carries it now. */
  end(): void;
  /** Signals from event `from` on, until the feed ends or `signal` fires. */
  read(from: number, signal: AbortSignal): AsyncGenerator<RunSignal, void>;
}

export function createRunFeed(runId: string): RunFeed {
  const recorded: RunEvent[] = [];
  // Said since the last answer was recorded.
  let said: RunDelta[] = [];
  const readers = new Set<{ queue: RunSignal[]; wake: () => void }>();
  let base: number | undefined;
  let ended = false;

  const publish = (signals: readonly RunSignal[]) => {
    for (const reader of readers) {
      reader.queue.push(...signals);
      reader.wake();
    }
  };

  return {
    runId,
    record(seq, events) {
      base ??= seq;
      recorded.push(...events);
      if (events.some(({ type }) => type === 'model.answered' || type === 'run.finished')) said = [];
      publish(events.map((event, index) => ({ seq: seq + index, event })));
    },
    delta(delta) {
      const last = said.at(-1);
      const joined = last && join(last, delta);
      if (joined) said[said.length - 1] = joined;
      else said.push(delta);
      publish([{ delta }]);
    },
    end() {
      ended = true;
      for (const reader of readers) reader.wake();
    },
    async *read(from, signal) {
      const start = base ?? 0;
      const reader = {
        queue: recorded
          .map((event, index): RunSignal => ({ seq: start + index, event }))
          .filter(item => 'seq' in item && item.seq >= from)
          .concat(said.map(delta => ({ delta }))),
        wake: () => {},
      };
      readers.add(reader);
      const onAbort = () => reader.wake();
      signal.addEventListener('abort', onAbort);
      try {
        for (;;) {
          if (signal.aborted) return;
          const next = reader.queue.shift();
          if (next) yield next;
          else if (ended) return;
          else await new Promise<void>(resolve => (reader.wake = resolve));
        }
      } finally {
        readers.delete(reader);
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}

/** Two pieces as one, so that a long answer is not kept word by word. */
function join(a: RunDelta, b: RunDelta): RunDelta | undefined {
  const kindOf = (delta: RunDelta) => (delta.type === 'message.delta' ? delta.kind : delta.type);
  const same = a.entryId === b.entryId && kindOf(a) === kindOf(b);
  return same ? { ...a, text: a.text + b.text } : undefined;
}
