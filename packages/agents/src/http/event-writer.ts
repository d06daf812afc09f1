import {
  failedOutcome,
  toFunctionCall,
  waits,
  type FunctionCall,
  type RunDelta,
  type RunEvent,
  type ToolCall,
} from '@tramontane/engine';
import type { ConversationEvent, OutputChunk } from '@tramontane/wire';
import { LIST_TOOLS, missingInfo, toOutputChunk, toolInfo, toolName } from './to-wire-entry.ts';

/** Translates what a run says into the events of a stream. It remembers which entry has which `output_index`. */
export interface EventWriter {
  delta(delta: RunDelta, at: string): ConversationEvent;
  event(event: RunEvent): Iterable<ConversationEvent>;
  functionCall(call: FunctionCall): ConversationEvent;
}

/** What became of a call that was told while the model wrote it, and that no answer has. */
const UNFINISHED = failedOutcome(
  'unfinished',
  'The model did not finish this call, so it was not made. It is not in the history.',
);

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** Who said it. */
interface By {
  readonly model?: string;
  readonly agentId?: string;
}

export function createEventWriter(): EventWriter {
  const indexes = new Map<string, number>();
  const calls = new Map<string, { call: ToolCall; by: By; started: boolean }>();
  const spoken = new Map<string, { kind: 'text' | 'thinking'; contentIndex: number }>();
  // Calls that the model still writes, with what was told of their arguments.
  const written = new Map<string, RunDelta & { type: 'call.delta' }>();

  const indexOf = (entryId: string) => {
    const known = indexes.get(entryId);
    if (known !== undefined) return known;
    indexes.set(entryId, indexes.size);
    return indexes.size - 1;
  };
  const head = (entryId: string, at: string) => ({
    created_at: at,
    id: entryId,
    output_index: indexOf(entryId),
  });
  const message = (
    entryId: string,
    at: string,
    by: By,
    contentIndex: number,
    content: string | OutputChunk,
  ) =>
    ({
      type: 'message.output.delta',
      ...head(entryId, at),
      content_index: contentIndex,
      content,
      role: 'assistant',
      ...toWireBy(by),
    }) as const;
  const started = (entryId: string, at: string, name: string, args: string, by: By) =>
    ({
      type: 'tool.execution.started',
      ...head(entryId, at),
      name,
      arguments: args,
      ...toWireBy(by),
    }) as const;
  const more = (entryId: string, at: string, name: string, args: string) =>
    ({ type: 'tool.execution.delta', ...head(entryId, at), name, arguments: args }) as const;
  const done = (entryId: string, at: string, name: string, info: Record<string, unknown>) =>
    ({ type: 'tool.execution.done', ...head(entryId, at), name, info }) as const;
  const functionCall = (call: FunctionCall) =>
    ({
      type: 'function.call.delta',
      ...head(call.id, call.createdAt),
      name: call.name,
      tool_call_id: call.callId,
      arguments: call.arguments,
      ...(call.confirmation && { confirmation_status: call.confirmation.status }),
      ...toWireBy(call),
    }) as const;

  function* answered(event: EventOf<'model.answered'>): Iterable<ConversationEvent> {
    const by = { model: event.model, ...(event.agentId !== undefined && { agentId: event.agentId }) };
    // Indexes are given in the order of the answer.
    for (const { entryId } of event.calls.slice(0, event.message?.afterCalls ?? 0)) indexOf(entryId);
    if (event.message && !spoken.has(event.message.entryId)) {
      // Said while nobody here listened: whole.
      const { entryId, content } = event.message;
      const pieces = typeof content === 'string' ? [content] : content.map(toOutputChunk);
      for (const [index, piece] of pieces.entries()) {
        const said = typeof piece !== 'string' && piece.type === 'text' ? piece.text : piece;
        yield message(entryId, event.at, by, index, said);
      }
    }
    for (const call of event.calls) {
      indexOf(call.entryId);
      if (waits(call)) {
        yield functionCall(toFunctionCall(call, event.at, by));
        continue;
      }
      const told = written.get(call.entryId);
      written.delete(call.entryId);
      calls.set(call.callId, { call, by, started: told !== undefined });
      const rest = told && call.arguments.slice(told.text.length);
      if (rest) yield more(call.entryId, event.at, toolName(call), rest);
    }
    yield* unfinished(event.at);
  }

  function* unfinished(at: string): Iterable<ConversationEvent> {
    for (const call of written.values()) {
      yield done(call.entryId, at, toolName(call), toolInfo({ ...call, outcome: UNFINISHED }));
    }
    written.clear();
  }

  function* called(event: EventOf<'tool.sent' | 'tool.answered'>): Iterable<ConversationEvent> {
    const known = calls.get(event.callId);
    if (!known) return;
    const { call, by } = known;
    if (!known.started) yield started(call.entryId, event.at, toolName(call), call.arguments, by);
    known.started = true;
    if (event.type === 'tool.answered') {
      const { outcome, durationMs } = event;
      const info = toolInfo({ ...call, outcome, ...(durationMs !== undefined && { durationMs }) });
      yield done(call.entryId, event.at, toolName(call), info);
    }
  }

  function* handedOff(event: EventOf<'agent.handed_off'>): Iterable<ConversationEvent> {
    const known = calls.get(event.callId);
    if (!known) return;
    const { previousAgentId, previousAgentName, nextAgentId, nextAgentName } = event;
    yield {
      type: 'agent.handoff.started',
      ...head(known.call.entryId, event.at),
      previous_agent_id: previousAgentId,
      previous_agent_name: previousAgentName,
    };
    yield {
      type: 'agent.handoff.done',
      ...head(known.call.entryId, event.at),
      next_agent_id: nextAgentId,
      next_agent_name: nextAgentName,
    };
  }

  return {
    functionCall,
    delta(delta, at) {
      const { entryId, text } = delta;
      if (delta.type === 'call.delta') {
        const told = written.get(entryId);
        written.set(entryId, { ...delta, text: (told?.text ?? '') + text });
        const name = toolName(delta);
        return told ? more(entryId, at, name, text) : started(entryId, at, name, text, delta);
      }
      const { kind } = delta;
      const before = spoken.get(entryId);
      const changed = before !== undefined && before.kind !== kind;
      const contentIndex = (before?.contentIndex ?? 0) + (changed ? 1 : 0);
      spoken.set(entryId, { kind, contentIndex });
      return message(
        entryId,
        at,
        delta,
        contentIndex,
        kind === 'text' ? text : toOutputChunk({ kind, text }),
      );
    },
    *event(event) {
      switch (event.type) {
        case 'run.started':
          for (const { call, entryId, confirmation, ...by } of event.decisions ?? []) {
            if (confirmation === 'denied') continue;
            indexOf(entryId);
            calls.set(call.callId, { call: { ...call, entryId }, by, started: false });
          }
          return;
        case 'tools.missing':
          yield started(event.entryId, event.at, LIST_TOOLS, '{}', {});
          yield done(event.entryId, event.at, LIST_TOOLS, missingInfo(event));
          return;
        case 'model.answered':
          yield* answered(event);
          return;
        case 'tool.sent':
        case 'tool.answered':
          yield* called(event);
          return;
        case 'agent.handed_off':
          yield* handedOff(event);
          return;
        case 'run.finished':
          yield* unfinished(event.at);
          return;
        case 'run.resumed':
          return;
      }
    },
  };
}

function toWireBy({ model, agentId }: By) {
  return { ...(agentId !== undefined && { agent_id: agentId }), ...(model !== undefined && { model }) };
}
