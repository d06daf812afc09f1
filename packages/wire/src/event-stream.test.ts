import { expect, test } from 'vitest';
import { parseConversationEvents, parseEventStream } from './event-stream.ts';
import { COMMENT_PING, frameEvent, type ConversationEvent } from './events.ts';

const started: ConversationEvent = { type: 'conversation.response.started', conversation_id: 'conv_1' };
const delta: ConversationEvent = {
  type: 'message.output.delta',
  id: 'msg_1',
  output_index: 0,
  content_index: 0,
  role: 'assistant',
  content: 'a\r\nb: é ✓ \u2028',
};
const done: ConversationEvent = {
  type: 'conversation.response.done',
  usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
};

test('a frame is an event line, one data line and a blank line (4)', () => {
  expect(frameEvent(started)).toBe(
    'event: conversation.response.started\ndata: {"type":"conversation.response.started","conversation_id":"conv_1"}\n\n',
  );
  expect(frameEvent(delta).split('\n')).toHaveLength(4);
});

async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const event of events) list.push(event);
  return list;
}

test('events survive any cut of the bytes', async () => {
  const bytes = new TextEncoder().encode(
    frameEvent(started) + COMMENT_PING + frameEvent(delta) + frameEvent(done),
  );
  for (const size of [1, 2, 3, 7, 64, bytes.length]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    expect(await all(parseConversationEvents(pieces))).toEqual([started, delta, done]);
  }
});

test.each([
  ['data: a\ndata: b\n\n', [{ event: 'message', data: 'a\nb' }]],
  ['event: x\r\ndata:y\r\nid: 7\r\n\r\n', [{ event: 'x', data: 'y', id: '7' }]],
  [
    'event: x\rdata: y\r\rdata: z\n\n',
    [
      { event: 'x', data: 'y' },
      { event: 'message', data: 'z' },
    ],
  ],
  [': comment\n\nevent: nothing\n\n', []],
  ['data: unfinished\n', []],
  ['data\n\n', [{ event: 'message', data: '' }]],
  ['retry: 10\nother: 1\ndata:  two spaces\n\n', [{ event: 'message', data: ' two spaces' }]],
])('%j is read as the standard says', async (text, frames) => {
  expect(await all(parseEventStream([text]))).toEqual(frames);
  expect(await all(parseEventStream(text.split('')))).toEqual(frames);
});

test.each([
  ['no end', frameEvent(started)],
  ['data that is not JSON', 'event: x\ndata: {\n\n'],
  ['an unknown event', 'event: x\ndata: {"type":"x"}\n\n'],
  [
    'a name that differs from the type',
    frameEvent(done).replace('event: conversation.response.done', 'event: other'),
  ],
])('a stream with %s is broken', async (_, text) => {
  await expect(all(parseConversationEvents([text]))).rejects.toMatchObject({
    name: 'WireError',
    code: 'broken_stream',
  });
});

test('an event without an end does not fill the memory', async () => {
  function* endless() {
    for (;;) yield 'x'.repeat(1024 * 1024);
  }
  await expect(all(parseEventStream(endless()))).rejects.toMatchObject({ code: 'broken_stream' });
});
