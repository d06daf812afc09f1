import { expect, test } from 'vitest';
import type { ConversationEvent } from '@tramontane/wire';
import { toEventStream } from './event-stream.ts';

const event: ConversationEvent = { type: 'conversation.response.started', conversation_id: 'conv_1' };

test('an event is a frame that ends with a blank line', async () => {
  const frames: string[] = [];
  for await (const frame of toEventStream(
    (async function* () {
      yield event;
    })(),
  ))
    frames.push(frame);
  expect(frames).toEqual([`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`]);
});

test('silence is filled with comments, and the event that comes after is not lost', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const stream = toEventStream(
    (async function* () {
      await promise;
      yield event;
    })(),
    1,
  );
  expect((await stream.next()).value).toBe(': ping\n\n');
  expect((await stream.next()).value).toBe(': ping\n\n');
  resolve(undefined);
  let frame = await stream.next();
  while (frame.value === ': ping\n\n') frame = await stream.next();
  expect(frame.value).toContain('conversation.response.started');
  expect((await stream.next()).done).toBe(true);
});

test('a reader that leaves ends the reading of the turn', async () => {
  let ended = false;
  const stream = toEventStream(
    (async function* () {
      try {
        yield event;
        yield event;
      } finally {
        ended = true;
      }
    })(),
  );
  await stream.next();
  await stream.return();
  await Promise.resolve();
  expect(ended).toBe(true);
});
