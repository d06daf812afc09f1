import type { RunEvent } from '@tramontane/engine';
import type { ConversationEvent } from '@tramontane/wire';
import type { Turn } from '../core/begin-turn.ts';
import { toBody } from './errors.ts';
import { createEventWriter } from './event-writer.ts';
import { stillOpen, toFailure, toUsage } from './to-answer.ts';

/**
 * Reads a turn as the events of a stream. Each entry has one `output_index`, in the order of the plain answer's
 * `outputs`; the last event is `done` or `error`, always.
 */
export async function* toStream(turn: Turn, now: () => Date): AsyncGenerator<ConversationEvent, void> {
  const heard: RunEvent[] = [];
  const writer = createEventWriter();
  yield {
    type: 'conversation.response.started',
    created_at: now().toISOString(),
    conversation_id: turn.conversationId,
  };
  let failure: unknown;
  try {
    for await (const signal of turn.signals) {
      if ('delta' in signal) {
        yield writer.delta(signal.delta, now().toISOString());
        continue;
      }
      heard.push(signal.event);
      yield* writer.event(signal.event);
    }
    failure = toFailure(heard);
    for (const call of stillOpen(heard)) yield writer.functionCall(call);
  } catch (error) {
    failure = error;
  }
  const created_at = now().toISOString();
  if (failure === undefined) {
    yield { type: 'conversation.response.done', created_at, usage: toUsage(heard) };
  } else {
    const { message, raw_status_code: code } = toBody(failure);
    yield { type: 'conversation.response.error', created_at, message, code };
  }
}
