import { foldOutputs, foldRun, type FunctionCall, type RunEvent } from '@tramontane/engine';
import type { ConversationResponse, ConversationUsage } from '@tramontane/wire';
import { ApiError } from '../core/api-error.ts';
import type { Turn } from '../core/begin-turn.ts';
import { isOutput, toOutputEntry, toolName } from './to-wire-entry.ts';

/** Reads a turn to its end, as one answer. */
export async function toAnswer(turn: Turn): Promise<ConversationResponse> {
  const events: RunEvent[] = [];
  for await (const signal of turn.signals) if ('seq' in signal) events.push(signal.event);
  const failure = toFailure(events);
  if (failure) throw turn.unstored ? failure : withConversation(failure, turn.conversationId);
  // The inputs are the caller's own; the answer holds what came after them, and the calls that wait on.
  const outputs = [...foldOutputs(events), ...stillOpen(events)].filter(isOutput).map(toOutputEntry);
  return {
    object: 'conversation.response',
    conversation_id: turn.conversationId,
    outputs,
    usage: toUsage(events),
    ...toGuardrails(events),
  };
}

/** Who began a conversation hears its id nowhere else, and its tools may have done something before it failed. */
function withConversation(error: ApiError, id: string): ApiError {
  const { code, message, param, upstreamStatus, retryAfterSeconds } = error;
  return new ApiError(code, `${message} The conversation is ${id}.`, {
    ...(param !== undefined && { param }),
    ...(upstreamStatus !== undefined && { upstreamStatus }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

/** What the guardrails of each agent of the turn found, in the order in which the agents came. */
function toGuardrails(events: readonly RunEvent[]): Pick<ConversationResponse, 'guardrails'> {
  const found = events.flatMap(event => ('findings' in event ? (event.findings ?? []) : []));
  return found.length > 0 ? { guardrails: found.map(finding => ({ ...finding })) } : {};
}

/** Calls of earlier turns that the turn left waiting, as it ended. */
export function stillOpen(events: readonly RunEvent[]): readonly FunctionCall[] {
  const [started] = events;
  const waited = foldRun(events).end?.reason === 'awaiting_caller';
  return waited && started?.type === 'run.started' ? (started.stillOpen ?? []) : [];
}

/** What went wrong with a turn whose end was heard, or that ended without one. */
export function toFailure(events: readonly RunEvent[]): ApiError | undefined {
  const { end } = foldRun(events);
  if (!end || end.reason === 'cancelled') {
    return new ApiError(
      'run_cancelled',
      'The turn was stopped before it ended. The history holds what it did.',
    );
  }
  if (end.reason !== 'failed') return undefined;
  const { code, message, status, retryAfterSeconds } = end.failure;
  if (code === 'invalid_model') return new ApiError('invalid_model', message);
  if (isOfGuardrails(code)) return new ApiError(code, message, { param: 'guardrails' });
  return new ApiError('model_failed', message, {
    ...(status !== undefined && { upstreamStatus: status }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

/** An agent that takes over checks what it reads: what it refuses is refused as at the start of a turn. */
function isOfGuardrails(code: string): code is 'guardrail_blocked' | 'guardrail_failed' | 'not_supported' {
  return code === 'guardrail_blocked' || code === 'guardrail_failed' || code === 'not_supported';
}

export function toUsage(events: readonly RunEvent[]): ConversationUsage {
  const { promptTokens, completionTokens } = foldRun(events).usage;
  // Not an object: a tool may be named like what every object has, such as "constructor".
  const connectors = new Map<string, number>();
  for (const entry of foldOutputs(events)) {
    if (entry.kind !== 'tool.execution' || entry.target.kind !== 'connector') continue;
    const name = toolName(entry);
    connectors.set(name, (connectors.get(name) ?? 0) + 1);
  }
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    // Results of tools are part of the next prompt, so they are counted there and nowhere twice.
    connector_tokens: null,
    ...(connectors.size > 0 && { connectors: Object.fromEntries(connectors) }),
  };
}
