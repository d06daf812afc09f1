import { createWatchers } from '../tasks/watchers.ts';
import type { SagaEvent } from './saga-events.ts';
import type { SagaStore, SagaWish, StoredSaga } from './saga-store.ts';

interface Kept {
  saga: StoredSaga;
  wish?: SagaWish;
}

/** Ended sagas that are kept to be looked at. */
const MAX_ENDED = 1_000;
const LISTED = 100;

/** Keeps sagas in this process, and no longer than it: a crash leaves them in between. */
export function createMemorySagaStore(): SagaStore {
  const kept = new Map<string, Kept>();
  const ended: string[] = [];
  const watchers = createWatchers();
  return {
    create: async record => {
      const { name, owner, idempotencyKey } = record;
      for (const { saga } of idempotencyKey === undefined ? [] : kept.values()) {
        if (saga.name === name && saga.owner === owner && saga.idempotencyKey === idempotencyKey) return saga;
      }
      kept.set(record.id, { saga: { ...record, status: 'running', events: [] } });
      return undefined;
    },
    get: async id => kept.get(id)?.saga,
    list: async ({ name, status, limit = LISTED }) =>
      [...kept.values()]
        .map(({ saga }) => ({ ...saga, events: [...saga.events] }))
        .filter(saga => (name ?? saga.name) === saga.name && (status ?? saga.status) === saga.status)
        .toReversed()
        .slice(0, limit),
    append: async (id, seq, event: SagaEvent, status) => {
      const found = kept.get(id);
      if (found === undefined || found.saga.events.length !== seq) return false;
      found.saga = { ...found.saga, status, events: [...found.saga.events, event] };
      if (status === 'completed' || status === 'compensated') {
        ended.push(id);
        if (ended.length > MAX_ENDED) kept.delete(ended.shift() ?? '');
      }
      watchers.tell(id);
      return true;
    },
    claim: async names => {
      const again = [...kept.values()].filter(
        ({ saga, wish }) => wish === 'retry' && saga.status === 'parked' && names.includes(saga.name),
      );
      for (const found of again) delete found.wish;
      return again.map(({ saga }) => saga.id);
    },
    wish: async (id, wish) => {
      const found = kept.get(id);
      if (found?.saga.status !== (wish === 'cancel' ? 'running' : 'parked')) return false;
      found.wish = wish;
      watchers.tell(id);
      return true;
    },
    wishOf: async id => kept.get(id)?.wish,
    watch: watchers.add,
  };
}
