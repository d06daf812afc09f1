import type { Entry, FunctionCall, FunctionResult } from './entries.ts';
import type { Decision, RunEvent, ToolCall } from './events.ts';
import { waits } from './state.ts';
import { REFUSAL } from './tools.ts';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** What stands with a call in its entries: who asked for it, in which answer. */
interface Asked {
  readonly model?: string;
  readonly agentId?: string;
  readonly answer?: string;
}

/**
 * The entries a run left, in order. What an answer says and its calls stand where the model began them, whatever order
 * they ended in; a call still under way has no entry yet. `agentId` is for logs that do not name their agents.
 */
export function foldEntries(events: readonly RunEvent[], agentId?: string): Entry[] {
  const entryOfCall = createCallFold(events);
  const entries: Entry[] = [];
  for (const event of events) {
    switch (event.type) {
      case 'run.started':
        // Loops: a very long list spread into arguments overflows the stack.
        for (const entry of event.history ?? []) entries.push(entry);
        for (const decision of event.decisions ?? []) {
          const { call, entryId, confirmation, model, agentId: by } = decision;
          const entry =
            confirmation === 'denied'
              ? toRefusal(decision, event.at)
              : entryOfCall({ ...call, entryId }, event.at, {
                  ...(model !== undefined && { model }),
                  ...(by !== undefined && { agentId: by }),
                });
          if (entry) entries.push(entry);
        }
        for (const input of event.inputs) entries.push(input);
        break;
      case 'tools.missing': {
        const { entryId: id, connectorId, connectorName, code, message, at } = event;
        const times = { createdAt: at, completedAt: at };
        entries.push({ kind: 'tools.missing', id, ...times, connectorId, connectorName, code, message });
        break;
      }
      case 'model.answered': {
        const by = event.agentId ?? agentId;
        const asked = { model: event.model, answer: event.answer, ...(by !== undefined && { agentId: by }) };
        const answer: (Entry | undefined)[] = event.calls.map(call =>
          waits(call) ? toFunctionCall(call, event.at, asked) : entryOfCall(call, event.at, asked),
        );
        if (event.message) {
          const { entryId: id, content, afterCalls = 0 } = event.message;
          const times = { createdAt: event.startedAt, completedAt: event.at };
          answer.splice(afterCalls, 0, { kind: 'message.output', id, ...times, content, ...asked });
        }
        for (const entry of answer) if (entry) entries.push(entry);
        break;
      }
      default:
    }
  }
  return entries;
}

/** What a run added to its conversation: its entries without the history and the inputs it began with. */
export function foldOutputs(events: readonly RunEvent[], agentId?: string): Entry[] {
  return foldEntries(
    events.map(event => (event.type === 'run.started' ? { ...event, history: [], inputs: [] } : event)),
    agentId,
  );
}

/** Entries of calls that the server ran: known once the call has its answer. */
function createCallFold(events: readonly RunEvent[]) {
  const sentAt = new Map<string, string>();
  const answered = new Map<string, EventOf<'tool.answered'>>();
  const handedOff = new Map<string, EventOf<'agent.handed_off'>>();
  for (const event of events) {
    if (event.type === 'tool.sent' && !sentAt.has(event.callId)) sentAt.set(event.callId, event.at);
    if (event.type === 'tool.answered') answered.set(event.callId, event);
    if (event.type === 'agent.handed_off') handedOff.set(event.callId, event);
  }
  return (call: ToolCall, askedAt: string, asked: Asked): Entry | undefined => {
    const handoff = handedOff.get(call.callId);
    if (handoff) {
      const { previousAgentId, previousAgentName, nextAgentId, nextAgentName, at } = handoff;
      return {
        kind: 'agent.handoff',
        id: call.entryId,
        createdAt: askedAt,
        completedAt: at,
        previousAgentId,
        previousAgentName,
        nextAgentId,
        nextAgentName,
        ...asked,
      };
    }
    const end = answered.get(call.callId);
    if (!end) return undefined;
    return {
      kind: 'tool.execution',
      id: call.entryId,
      callId: call.callId,
      name: call.name,
      arguments: call.arguments,
      ...asked,
      createdAt: sentAt.get(call.callId) ?? askedAt,
      completedAt: end.at,
      target: call.target,
      outcome: end.outcome,
      ...(end.durationMs !== undefined && { durationMs: end.durationMs }),
    };
  };
}

/** The entry of a call that waits for its caller, as it stands when it is asked for. */
export function toFunctionCall(call: ToolCall, at: string, asked: Asked): FunctionCall {
  const { entryId: id, callId, name, arguments: args, target, confirmation } = call;
  return {
    kind: 'function.call',
    id,
    callId,
    name,
    arguments: args,
    ...asked,
    createdAt: at,
    completedAt: at,
    ...(confirmation && { confirmation: { status: 'pending', target, confirmation } }),
  };
}

function toRefusal({ call, entryId: id }: Decision, at: string): FunctionResult {
  return {
    kind: 'function.result',
    id,
    createdAt: at,
    completedAt: at,
    callId: call.callId,
    result: REFUSAL,
  };
}
