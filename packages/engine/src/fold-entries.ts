import type { Entry } from './entries.ts';
import type { RunEvent, ToolCall } from './events.ts';

type Answer = Extract<RunEvent, { type: 'model.answered' }>;

/**
 * The entries a run left, in order. An answer's calls stand where the model made them, whatever order they ended in;
 * a call still under way has no entry yet.
 */
export function foldEntries(events: readonly RunEvent[], agentId?: string): Entry[] {
  const sentAt = new Map<string, string>();
  const answered = new Map<string, Extract<RunEvent, { type: 'tool.answered' }>>();
  for (const event of events) {
    if (event.type === 'tool.sent' && !sentAt.has(event.callId)) sentAt.set(event.callId, event.at);
    if (event.type === 'tool.answered') answered.set(event.callId, event);
  }

  const entryOfCall = (answer: Answer, call: ToolCall): Entry | undefined => {
    const base = {
      id: call.entryId,
      callId: call.callId,
      name: call.name,
      arguments: call.arguments,
      model: answer.model,
      answer: answer.answer,
      ...(agentId !== undefined && { agentId }),
    };
    if (call.target.kind === 'caller') {
      return { kind: 'function.call', ...base, createdAt: answer.at, completedAt: answer.at };
    }
    const end = answered.get(call.callId);
    if (!end) return undefined;
    return {
      kind: 'tool.execution',
      ...base,
      createdAt: sentAt.get(call.callId) ?? answer.at,
      completedAt: end.at,
      target: call.target,
      outcome: end.outcome,
      ...(end.durationMs !== undefined && { durationMs: end.durationMs }),
    };
  };

  const entries: Entry[] = [];
  for (const event of events) {
    // A loop: a very long list spread into arguments overflows the stack.
    if (event.type === 'run.started') for (const input of event.inputs) entries.push(input);
    if (event.type === 'tools.missing') {
      entries.push({
        kind: 'tools.missing',
        id: event.entryId,
        createdAt: event.at,
        completedAt: event.at,
        connectorId: event.connectorId,
        connectorName: event.connectorName,
        code: event.code,
        message: event.message,
      });
    }
    if (event.type === 'model.answered') {
      if (event.message) {
        entries.push({
          kind: 'message.output',
          id: event.message.entryId,
          createdAt: event.startedAt,
          completedAt: event.at,
          content: event.message.content,
          model: event.model,
          answer: event.answer,
          ...(agentId !== undefined && { agentId }),
        });
      }
      for (const call of event.calls) {
        const entry = entryOfCall(event, call);
        if (entry) entries.push(entry);
      }
    }
  }
  return entries;
}
