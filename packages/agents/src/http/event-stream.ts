import { COMMENT_PING, frameEvent, type ConversationEvent } from '@tramontane/wire';

/** Proxies drop a connection that is silent for longer than a minute or so. */
export const PING_MS = 15_000;

/** Events as server-sent events, with a comment whenever nothing was said for a while. */
export function toEventStream(
  events: AsyncGenerator<ConversationEvent, void>,
  pingMs: number = PING_MS,
): AsyncGenerator<string, void> {
  return withPings(events, frameEvent, pingMs);
}

/** The same for items of any kind. @param frame One item as it goes over the wire. */
export async function* withPings<T>(
  items: AsyncGenerator<T, void>,
  frame: (item: T) => string,
  pingMs: number = PING_MS,
): AsyncGenerator<string, void> {
  let next = items.next();
  try {
    for (;;) {
      const item = await orPing(next, pingMs);
      if (item === 'ping') {
        yield COMMENT_PING;
        continue;
      }
      if (item.done) return;
      yield frame(item.value);
      next = items.next();
    }
  } finally {
    // A reader that left must not keep the reading open; what it is waiting for may take long.
    void items.return();
  }
}

/** What comes, or `ping` when nothing did for so long. */
export async function orPing<T>(next: Promise<T>, pingMs: number): Promise<T | 'ping'> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<'ping'>(resolve => {
    timer = setTimeout(() => resolve('ping'), pingMs);
  });
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}
