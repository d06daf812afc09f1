import { conversationEventSchema, type ConversationEvent } from './events.ts';
import { WireError } from './wire-error.ts';

/** One server-sent event: what stood in its `event`, `data` and `id` lines. */
export interface EventFrame {
  event: string;
  data: string;
  id?: string;
}

/** Longest frame that is read, in characters: a peer that never ends a frame must not fill the memory. */
const MAX_FRAME_LENGTH = 16 * 1024 * 1024;

/**
 * Reads server-sent events (WHATWG HTML, 9.2.6) from a body or from text. Comments and events without data are
 * skipped, and so is an unfinished last frame.
 *
 * @throws {WireError} `broken_stream` when a frame does not end within 16 Mi characters.
 */
export async function* parseEventStream(
  source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<EventFrame, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  let lines: string[] = [];
  let size = 0;
  for await (const piece of source) {
    rest += typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
    const parts = rest.split(LINE_END);
    rest = parts.pop() ?? '';
    for (const line of parts) {
      size += line.length;
      if (line !== '') lines.push(line);
      else {
        const frame = toFrame(lines);
        lines = [];
        size = 0;
        if (frame !== undefined) yield frame;
      }
    }
    if (size + rest.length > MAX_FRAME_LENGTH) {
      throw new WireError('broken_stream', 'The event stream sent one event of more than 16 Mi characters.');
    }
  }
}

// A carriage return at the very end may be half of a pair: it waits for the next piece.
const LINE_END = /\r\n|\n|\r(?!$|\n)/;

function toFrame(lines: readonly string[]): EventFrame | undefined {
  const data: string[] = [];
  const frame: EventFrame = { event: 'message', data: '' };
  for (const line of lines) {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') frame.event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id') frame.id = value;
  }
  if (data.length === 0) return undefined;
  return { ...frame, data: data.join('\n') };
}

/**
 * The events of a conversation's stream, checked.
 *
 * @throws {WireError} `broken_stream` on data that is no event, an `event` line that says something else, or an end
 *   without `conversation.response.done` or `.error`.
 */
export async function* parseConversationEvents(
  source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<ConversationEvent, void, undefined> {
  for await (const frame of parseEventStream(source)) {
    const event = parseConversationEvent(frame);
    yield event;
    if (event.type === 'conversation.response.done' || event.type === 'conversation.response.error') return;
  }
  throw new WireError(
    'broken_stream',
    'The event stream ended before the answer was complete. Ask for the history.',
  );
}

function parseConversationEvent(frame: EventFrame): ConversationEvent {
  let data: unknown;
  try {
    data = JSON.parse(frame.data);
  } catch (cause) {
    throw new WireError('broken_stream', `The data of a ${frame.event} event is not JSON.`, { cause });
  }
  const parsed = conversationEventSchema.safeParse(data);
  if (!parsed.success) {
    throw new WireError('broken_stream', `A ${frame.event} event has an unknown shape.`, {
      cause: parsed.error,
    });
  }
  if (parsed.data.type !== frame.event) {
    throw new WireError(
      'broken_stream',
      `An event named ${frame.event} holds data of type ${parsed.data.type}.`,
    );
  }
  return parsed.data;
}
