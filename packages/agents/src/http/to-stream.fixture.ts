import type { RunEvent, RunSignal, ToolCall } from '@tramontane/engine';
import { conversationEventSchema, type ConversationEvent } from '@tramontane/wire';
import { toStream } from './to-stream.ts';

type Answered = RunEvent & { type: 'model.answered' };

export const AT = '2026-11-22T10:00:00.000Z';
export const started: RunEvent = { type: 'run.started', at: AT, inputs: [] };
export const finished: RunEvent = { type: 'run.finished', at: AT, end: { reason: 'answered' } };

export function answered(calls: readonly ToolCall[], message?: Answered['message']): RunEvent {
  return {
    type: 'model.answered',
    at: AT,
    startedAt: AT,
    answer: 'a',
    model: 'm',
    calls,
    usage: { promptTokens: 3, completionTokens: 2 },
    finish: 'stop',
    ...(message && { message }),
  };
}

/** A turn that is these events and deltas, and then fails with `error`. */
export function turn(items: readonly (RunEvent | RunSignal)[], error?: Error) {
  let seq = 0;
  return {
    conversationId: 'conv_1',
    runId: 'run_1',
    model: 'm',
    offline: false,
    signals: (async function* (): AsyncGenerator<RunSignal, void> {
      for (const item of items) yield 'type' in item ? { seq: seq++, event: item } : item;
      if (error) throw error;
    })(),
  };
}

export async function eventsOf(
  items: readonly (RunEvent | RunSignal)[],
  error?: Error,
): Promise<ConversationEvent[]> {
  const events: ConversationEvent[] = [];
  for await (const event of toStream(turn(items, error), () => new Date(AT))) {
    events.push(conversationEventSchema.parse(event));
  }
  return events;
}
