import type { RunDelta, RunEvent, RunSignal } from '@tramontane/engine';

/** What a run's readers hear in the process that carries it. Late readers hear the recorded part again. */
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
      publish(events.map((event, index) => ({ seq: seq + index, event })));
    },
    delta: delta => publish([{ delta }]),
    end() {
      ended = true;
      for (const reader of readers) reader.wake();
    },
    async *read(from, signal) {
      const start = base ?? 0;
      const reader = {
        queue: recorded
          .map((event, index): RunSignal => ({ seq: start + index, event }))
          .filter(item => 'seq' in item && item.seq >= from),
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
