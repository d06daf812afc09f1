import { randomUUID } from 'node:crypto';
import { KitError } from '../kit-error.ts';
import { createLineLog, type Log } from '../log.ts';
import type { Tool } from '../definition/define-tool.ts';
import { createMemoryTaskStore } from '../tasks/memory-task-store.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import { toJsonValue } from './attempt.ts';
import { carrySaga, SagaLost } from './carry-saga.ts';
import type { Saga } from './define-saga.ts';
import { createMemorySagaStore } from './memory-saga-store.ts';
import type { SagaFilter, SagaStore, StoredSaga } from './saga-store.ts';
import { toSagaTask } from './saga-tasks.ts';
import { toSagaTool } from './saga-tool.ts';
import { toSagaView, type SagaView } from './saga-view.ts';

export interface SagasOptions {
  readonly sagas: readonly Saga[];
  /**
   * Memory of this process unless given, where a crash leaves a saga in between.
   * `openPostgresSagaStore` of `@tramontane/mcp-server/postgres` outlives it.
   */
  readonly store?: SagaStore;
  /** Where tasks of the server are kept; memory unless given. `taskStore` stands before it. */
  readonly taskStore?: TaskStore;
  /** Milliseconds between two looks for sagas whose process is gone; 1,000 unless given. */
  readonly sweepMs?: number;
  readonly log?: Log;
}

export interface StartSaga {
  readonly input: unknown;
  /** Fingerprint of the caller; empty unless given. */
  readonly owner?: string;
  readonly idempotencyKey?: string;
  /** Made unless given. */
  readonly id?: string;
}

/** The sagas of one process: its tools, and what goes on. */
export interface Sagas extends AsyncDisposable {
  /** One for each saga, for `createMcpServer`. */
  readonly tools: readonly Tool[];
  /** For `createMcpServer({ tasks: { store } })`: a task whose process died goes on as its saga does. */
  readonly taskStore: TaskStore;
  /**
   * Begins a saga, or finds the one that the same owner began with the same key. `input` is not checked here.
   *
   * @throws KitError `definition_invalid` for a name that is not declared, `saga_refused` for a key that was used with
   * another input.
   */
  readonly start: (name: string, given: StartSaga) => Promise<SagaView>;
  /** `undefined` for one that never was, or was forgotten. */
  readonly get: (id: string) => Promise<SagaView | undefined>;
  /** Newest first. */
  readonly list: (filter?: SagaFilter) => Promise<readonly SagaView[]>;
  /** Resolves when it has ended or is parked, wherever it is carried. `changed` is told of each step. */
  readonly wait: (id: string, signal: AbortSignal, changed?: (saga: SagaView) => void) => Promise<SagaView>;
  /** Takes back what was done so far. False when the saga does not run, or turns back already. */
  readonly cancel: (id: string) => Promise<boolean>;
  /** Tries a parked saga again. False when it is not parked. */
  readonly retry: (id: string) => Promise<boolean>;
  /** Stops carrying. What is not done is for the next process; in memory it is lost. */
  readonly close: () => Promise<void>;
}

const SWEEP_MS = 1_000;

/**
 * Makes tools of sagas, carries them, and goes on with those that a process left behind.
 *
 * @throws KitError `definition_invalid` for two sagas of one name.
 */
export function openSagas(options: SagasOptions): Sagas {
  const { sagas, store = createMemorySagaStore(), log = createLineLog(), sweepMs = SWEEP_MS } = options;
  const byName = new Map(sagas.map(saga => [saga.name, saga]));
  if (byName.size < sagas.length) {
    throw new KitError(
      'definition_invalid',
      'Two sagas have the same name. Names are tools, and tell them apart.',
    );
  }
  const closing = new AbortController();
  const carried = new Map<string, Promise<void>>();

  const carry = (saga: Saga, stored: StoredSaga): void => {
    if (closing.signal.aborted || carried.has(stored.id)) return;
    const work = carrySaga(saga, stored, { store, log, stop: closing.signal })
      .catch((error: unknown) => {
        if (error instanceof SagaLost || closing.signal.aborted) return;
        // The database is away: the saga stays ours, and the sweep goes on with it.
        left.add(stored.id);
        log.error(
          { saga: saga.name, saga_id: stored.id, err: error },
          'A saga broke off. It goes on shortly.',
        );
      })
      .finally(() => carried.delete(stored.id));
    carried.set(stored.id, work);
  };

  /** Broke off here and still belong to this process. */
  const left = new Set<string>();

  const sweep = async (): Promise<void> => {
    const taken = await store.claim([...byName.keys()]);
    for (const id of new Set([...taken, ...left])) {
      const stored = await store.get(id);
      const saga = stored && byName.get(stored.name);
      left.delete(id);
      if (!stored || !saga || carried.has(id)) continue;
      const at = new Date().toISOString();
      const type = stored.status === 'parked' ? 'saga.retried' : 'saga.resumed';
      const status = 'running';
      if (stored.status !== 'running' && stored.status !== 'parked') continue;
      if (!(await store.append(id, stored.events.length, { type, at }, status))) continue;
      carry(saga, { ...stored, status, events: [...stored.events, { type, at }] });
    }
  };
  let sweeping: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweeping
      .then(() => (closing.signal.aborted ? undefined : sweep()))
      .catch((error: unknown) =>
        log.warn({ err: error }, 'Sagas left by other processes cannot be looked for.'),
      );
  }, sweepMs);
  timer.unref();

  const get = async (id: string): Promise<SagaView | undefined> => {
    const stored = await store.get(id);
    return stored && toSagaView(stored, byName.get(stored.name));
  };

  const start: Sagas['start'] = async (name, given) => {
    const saga = byName.get(name);
    if (saga === undefined) throw new KitError('definition_invalid', `There is no saga named ${name} here.`);
    if (closing.signal.aborted)
      throw new KitError('saga_refused', 'The server is stopping. Try again later.');
    const { owner = '', idempotencyKey, id = randomUUID() } = given;
    const input = toJsonValue(given.input);
    const createdAt = new Date().toISOString();
    const record = {
      id,
      name,
      owner,
      input,
      createdAt,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    };
    const older = await store.create(record);
    if (older === undefined) {
      const stored: StoredSaga = { ...record, status: 'running', events: [] };
      carry(saga, stored);
      return toSagaView(stored, saga);
    }
    if (JSON.stringify(older.input) !== JSON.stringify(input)) {
      const problem = `The idempotency key was used for ${name} with other arguments. Use a new key for another call.`;
      throw new KitError('saga_refused', problem);
    }
    return toSagaView(older, saga);
  };

  const wait: Sagas['wait'] = async (id, signal, changed) => {
    for (;;) {
      const news = Promise.withResolvers<void>();
      const unwatch = store.watch(id, news.resolve);
      const onAbort = (): void => news.reject(signal.reason);
      news.promise.catch(() => {});
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        signal.throwIfAborted();
        const view = await get(id);
        if (view === undefined) throw new KitError('saga_refused', `There is no saga ${id}.`);
        changed?.(view);
        if (view.status !== 'running') return view;
        await news.promise;
      } finally {
        unwatch();
        signal.removeEventListener('abort', onAbort);
      }
    }
  };

  const cancel: Sagas['cancel'] = id => store.wish(id, 'cancel');
  const close = async (): Promise<void> => {
    clearInterval(timer);
    closing.abort(new KitError('saga_refused', 'The server is stopping.'));
    await sweeping;
    await Promise.all(carried.values());
  };
  const running = { start, wait, get, cancel };
  return {
    ...running,
    tools: sagas.map(saga => toSagaTool(saga, running)),
    taskStore: toSagaTask(options.taskStore ?? createMemoryTaskStore(), running, log),
    list: async (filter = {}) => {
      const found = await store.list(filter);
      return found.map(saga => toSagaView(saga, byName.get(saga.name)));
    },
    retry: async id => {
      const asked = await store.wish(id, 'retry');
      if (asked) await sweep();
      return asked;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
