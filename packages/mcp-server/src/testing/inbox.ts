import { KitError } from '../kit-error.ts';
import type { TestNotification } from './test-client-types.ts';

/** What the server sent without being asked. */
export interface Inbox {
  readonly all: readonly TestNotification[];
  add(one: TestNotification): void;
  /** The first of this method that nobody has taken yet, or the next to come. */
  take(method: string): Promise<TestNotification>;
  close(reason: Error): void;
}

/** A test that waits for what never comes fails with a sentence, not with its runner's time limit. */
const WAIT_MS = 5000;

interface Taker extends PromiseWithResolvers<TestNotification> {
  readonly method: string;
  readonly timer: NodeJS.Timeout;
}

export function createInbox(): Inbox {
  const all: TestNotification[] = [];
  const untaken: TestNotification[] = [];
  const takers: Taker[] = [];
  const drop = (index: number): Taker | undefined => {
    const [taker] = index === -1 ? [] : takers.splice(index, 1);
    clearTimeout(taker?.timer);
    return taker;
  };
  return {
    all,
    add: one => {
      all.push(one);
      const taker = drop(takers.findIndex(waiting => waiting.method === one.method));
      if (taker) taker.resolve(one);
      else untaken.push(one);
    },
    take: async method => {
      const index = untaken.findIndex(one => one.method === method);
      const [one] = index === -1 ? [] : untaken.splice(index, 1);
      if (one) return one;
      const waiter = Promise.withResolvers<TestNotification>();
      const timer = setTimeout(() => {
        const seen = all.map(other => other.method).join(', ') || 'none';
        drop(takers.findIndex(taker => taker.timer === timer));
        waiter.reject(
          new KitError(
            'client_failed',
            `No ${method} came within ${WAIT_MS / 1000} s. Notifications so far: ${seen}.`,
          ),
        );
      }, WAIT_MS);
      takers.push({ ...waiter, method, timer });
      return waiter.promise;
    },
    close: reason => {
      while (takers.length > 0) drop(0)?.reject(reason);
    },
  };
}
