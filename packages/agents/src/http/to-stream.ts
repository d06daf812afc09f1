import type { RunDelta, RunEvent, ToolCall } from '@tramontane/engine';
import type { ConversationEvent, OutputChunk } from '@tramontane/wire';
import type { Turn } from '../core/conversations.ts';
import { toBody } from './errors.ts';
import { toFailure, toUsage } from './to-answer.ts';
import { LIST_TOOLS, missingInfo, toOutputChunk, toolInfo, toolName } from './to-wire-entry.ts';

/**
 * Reads a turn as the events of a stream. Each entry has one `output_index`, in the order of the plain answer's
 * `outputs`; the last event is `done` or `error`, always.
 */
export async function* toStream(turn: Turn, now: () => Date): AsyncGenerator<ConversationEvent, void> {
  const heard: RunEvent[] = [];
  const writer = createEventWriter(turn);
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

interface EventWriter {
  delta(delta: RunDelta, at: string): ConversationEvent;
  event(event: RunEvent): Iterable<ConversationEvent>;
}

function createEventWriter(turn: Turn): EventWriter {
  const indexes = new Map<string, number>();
  const calls = new Map<string, { call: ToolCall; started: boolean }>();
  const spoken = new Map<string, { kind: RunDelta['kind']; contentIndex: number }>();

  const indexOf = (entryId: string) => {
    const known = indexes.get(entryId);
    if (known !== undefined) return known;
    indexes.set(entryId, indexes.size);
    return indexes.size - 1;
  };
  const by = { ...(turn.agentId !== undefined && { agent_id: turn.agentId }), model: turn.model };
  const message = (entryId: string, at: string, contentIndex: number, content: string | OutputChunk) =>
    ({
      type: 'message.output.delta',
      created_at: at,
      id: entryId,
      output_index: indexOf(entryId),
      content_index: contentIndex,
      content,
      role: 'assistant',
      ...by,
    }) as const;
  const started = (entryId: string, at: string, name: string, args: string) =>
    ({
      type: 'tool.execution.started',
      created_at: at,
      id: entryId,
      output_index: indexOf(entryId),
      name,
      arguments: args,
      ...by,
    }) as const;
  const done = (entryId: string, at: string, name: string, info: Record<string, unknown>) =>
    ({
      type: 'tool.execution.done',
      created_at: at,
      id: entryId,
      output_index: indexOf(entryId),
      name,
      info,
    }) as const;

  return {
    delta({ entryId, kind, text }, at) {
      const before = spoken.get(entryId);
      const changed = before !== undefined && before.kind !== kind;
      const contentIndex = (before?.contentIndex ?? 0) + (changed ? 1 : 0);
      spoken.set(entryId, { kind, contentIndex });
      return message(entryId, at, contentIndex, kind === 'text' ? text : toOutputChunk({ kind, text }));
    },
    *event(event) {
      switch (event.type) {
        case 'tools.missing':
          yield started(event.entryId, event.at, LIST_TOOLS, '{}');
          yield done(event.entryId, event.at, LIST_TOOLS, missingInfo(event));
          return;
        case 'model.answered':
          if (event.message && !spoken.has(event.message.entryId)) {
            // Said while nobody here listened: whole.
            const { entryId, content } = event.message;
            const pieces = typeof content === 'string' ? [content] : content.map(toOutputChunk);
            for (const [index, piece] of pieces.entries()) {
              yield message(
                entryId,
                event.at,
                index,
                typeof piece !== 'string' && piece.type === 'text' ? piece.text : piece,
              );
            }
          }
          for (const call of event.calls) {
            indexOf(call.entryId);
            if (call.target.kind !== 'caller') calls.set(call.callId, { call, started: false });
            else {
              yield {
                type: 'function.call.delta',
                created_at: event.at,
                id: call.entryId,
                output_index: indexOf(call.entryId),
                name: call.name,
                tool_call_id: call.callId,
                arguments: call.arguments,
                ...by,
              };
            }
          }
          return;
        case 'tool.sent':
        case 'tool.answered': {
          const known = calls.get(event.callId);
          if (!known) return;
          const { call } = known;
          if (!known.started) yield started(call.entryId, event.at, toolName(call), call.arguments);
          known.started = true;
          if (event.type === 'tool.answered') {
            const { outcome, durationMs } = event;
            const info = toolInfo({ ...call, outcome, ...(durationMs !== undefined && { durationMs }) });
            yield done(call.entryId, event.at, toolName(call), info);
          }
          return;
        }
        case 'run.started':
        case 'run.resumed':
        case 'run.finished':
          return;
      }
    },
  };
}
