import { foldRun, type RunEvent, type RunSignal } from '@tramontane/engine';
import type { CompletionResponse, CompletionUsage } from '@tramontane/wire';
import type { Completion } from '../core/completions.ts';
import { callerCalls, toFinishReason, toTurns, toWireCall, toWireContent } from './completion-turns.ts';
import { toFailure } from './to-answer.ts';

/** Reads a completion to its end, as one answer. */
export async function toCompletion(completion: Completion): Promise<CompletionResponse> {
  const runs = await Promise.all(completion.choices.map(readToEnd));
  return {
    id: completion.id,
    object: 'chat.completion',
    model: completion.model,
    created: Math.floor(completion.createdAt.getTime() / 1000),
    choices: runs.map(toChoice),
    usage: toCompletionUsage(runs),
  };
}

async function readToEnd(signals: AsyncGenerator<RunSignal, void>): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const signal of signals) if ('seq' in signal) events.push(signal.event);
  const failure = toFailure(events);
  if (failure) throw failure;
  return events;
}

function toChoice(events: readonly RunEvent[], index: number): CompletionResponse['choices'][number] {
  const last = events.findLast(event => event.type === 'model.answered');
  const calls = last ? callerCalls(last) : [];
  const turns = toTurns(events);
  return {
    index,
    finish_reason: toFinishReason(last),
    message: {
      role: 'assistant',
      content: toWireContent(last?.message?.content ?? ''),
      tool_calls: calls.length > 0 ? calls.map(toWireCall) : null,
      prefix: false,
    },
    // What the server ran by itself; left out when that is nothing, and the message says it all.
    ...(turns.length > 1 && { messages: turns }),
  };
}

export function toCompletionUsage(runs: readonly (readonly RunEvent[])[]): CompletionUsage {
  const usages = runs.map(events => foldRun(events).usage);
  const prompt = usages.reduce((sum, usage) => sum + usage.promptTokens, 0);
  const completion = usages.reduce((sum, usage) => sum + usage.completionTokens, 0);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
