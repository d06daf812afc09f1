import type { Content, RunEvent, ToolCall } from '@tramontane/engine';
import type { ChatToolCall, DeltaMessage, FinishReason } from '@tramontane/wire';
import { missingInfo, toolInfo, toolName, toOutputChunk } from './to-wire-entry.ts';

type Answered = Extract<RunEvent, { type: 'model.answered' }>;
type Outcome = Extract<RunEvent, { type: 'tool.answered' }>;

/** What was said in one run of a completion, as messages: the model's answers, and what its tools gave back. */
export function toTurns(events: readonly RunEvent[]): DeltaMessage[] {
  const outcomes = new Map<string, Outcome>();
  for (const event of events) if (event.type === 'tool.answered') outcomes.set(event.callId, event);
  const turns: DeltaMessage[] = [];
  const add = (turn: DeltaMessage) => turns.push({ ...turn, index: turns.length });
  for (const event of events) {
    if (event.type === 'tools.missing') add(toMissingTurn(event));
    if (event.type !== 'model.answered') continue;
    add({
      role: 'assistant',
      content: toWireContent(event.message?.content ?? ''),
      ...(event.calls.length > 0 && { tool_calls: event.calls.map(toWireCall) }),
    });
    for (const call of serverCalls(event)) {
      const outcome = outcomes.get(call.callId);
      if (outcome) add(toToolTurn(call, outcome));
    }
  }
  return turns;
}

/** Calls that this server runs; the others go back to the caller. */
export function serverCalls(event: Answered): readonly ToolCall[] {
  return event.calls.filter(({ target }) => target.kind !== 'caller');
}

export function callerCalls(event: Answered): readonly ToolCall[] {
  return event.calls.filter(({ target }) => target.kind === 'caller');
}

export function toWireCall(call: ToolCall, index: number): ChatToolCall {
  return {
    id: call.callId,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
    index,
  };
}

export function toWireContent(content: Content): NonNullable<DeltaMessage['content']> {
  if (typeof content === 'string') return content;
  return content.flatMap(chunk => {
    const wire = toOutputChunk(chunk);
    // Chat completions know neither; no model says them.
    return wire.type === 'tool_file' || wire.type === 'tool_reference' ? [] : [wire];
  });
}

/** `metadata` holds what an execution's `info` holds in conversations. */
export function toToolTurn(call: ToolCall, { outcome, durationMs }: Outcome): DeltaMessage {
  const texts = outcome.content.map(block =>
    block.type === 'text' && typeof block['text'] === 'string' ? block['text'] : JSON.stringify(block),
  );
  return {
    role: 'tool',
    content: texts.join('\n'),
    tool_call_id: call.callId,
    metadata: {
      name: toolName(call),
      ...toolInfo({ ...call, outcome, ...(durationMs !== undefined && { durationMs }) }),
    },
  };
}

export function toMissingTurn(event: Extract<RunEvent, { type: 'tools.missing' }>): DeltaMessage {
  return { role: 'tool', content: event.message, metadata: missingInfo(event) };
}

export function toFinishReason(event: Answered | undefined): FinishReason {
  if (!event) return 'error';
  if (callerCalls(event).length > 0) return 'tool_calls';
  switch (event.finish) {
    case 'length':
      return 'length';
    // The vendor held the answer back; the wire has no word of its own for it.
    case 'content_filter':
      return 'error';
    case 'stop':
    case 'tool_calls':
    case 'other':
      return 'stop';
  }
}
