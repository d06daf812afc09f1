import { COMMENT_PING, frameEvent, type ConversationEvent } from '@tramontane/wire';

/** Proxies drop a connection that is silent for longer than a minute or so. */
const PING_MS = 15_000;

/** Events as server-sent events, with a comment whenever nothing was said for a while. */
export async function* toEventStream(
  events: AsyncGenerator<ConversationEvent, void>,
  pingMs: number = PING_MS,
): AsyncGenerator<string, void> {
  let next = events.next();
  try {
    for (;;) {
      const event = await orPing(next, pingMs);
      if (event === 'ping') {
        yield COMMENT_PING;
        continue;
      }
      if (event.done) return;
      yield frameEvent(event.value);
      next = events.next();
    }
  } finally {
    // A reader that left must not keep the turn's reading open; what it is waiting for may take long.
    void events.return();
  }
}

async function orPing<T>(next: Promise<T>, pingMs: number): Promise<T | 'ping'> {
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
