import type { RunEvent, RunSignal } from '@tramontane/engine';
import type { CompletionChunk, DeltaMessage } from '@tramontane/wire';
import type { Completion } from '../core/completions.ts';
import {
  callerCalls,
  serverCalls,
  toFinishReason,
  toMissingTurn,
  toToolTurn,
  toWireCall,
  toWireContent,
} from './completion-turns.ts';
import { toBody } from './errors.ts';
import { mergeSignals } from './merge-signals.ts';
import { toFailure } from './to-answer.ts';
import { toCompletionUsage } from './to-completion.ts';

/**
 * Reads a completion as the frames of a stream. Rejects with the failure when nothing was said yet, so that it can be
 * answered with its own status; after that a choice that fails ends with the finish reason `error`.
 *
 * What the server's own tools did comes as deltas without content or calls, all in `metadata`: clients join the content of
 * all deltas, and run the calls they see.
 */
export async function* toCompletionStream(completion: Completion): AsyncGenerator<CompletionChunk, void> {
  const writers = completion.choices.map(() => createChoiceWriter());
  let spoken = false;
  let open = writers.length;
  const chunk = (
    index: number,
    delta: DeltaMessage,
    end?: Pick<CompletionChunk['choices'][number], 'finish_reason'>,
  ) => {
    spoken = true;
    return toChunk(completion, [{ index, delta, finish_reason: end?.finish_reason ?? null }]);
  };

  for await (const signal of mergeSignals(completion.choices)) {
    const writer = writers[signal.source];
    if (!writer) continue;
    if ('item' in signal) {
      for (const delta of writer.deltas(signal.item)) yield chunk(signal.source, delta);
      continue;
    }
    open -= 1;
    const failure = toFailure(writer.heard);
    if (failure && !spoken) throw failure;
    const usage = open === 0 && { usage: toCompletionUsage(writers.map(({ heard }) => heard)) };
    const last = writer.heard.findLast(event => event.type === 'model.answered');
    yield failure
      ? { ...chunk(signal.source, toErrorDelta(failure), { finish_reason: 'error' }), ...usage }
      : { ...chunk(signal.source, { content: '' }, { finish_reason: toFinishReason(last) }), ...usage };
  }
}

/** The last chunk of a stream that began before anything was said, and failed. */
export function toFailedChunk(completion: Completion, failure: unknown): CompletionChunk {
  const delta = toErrorDelta(failure);
  return toChunk(
    completion,
    completion.choices.map((_, index) => ({ index, delta, finish_reason: 'error' })),
  );
}

function toChunk({ id, createdAt, model }: Completion, choices: CompletionChunk['choices']): CompletionChunk {
  const created = Math.floor(createdAt.getTime() / 1000);
  return { id, object: 'chat.completion.chunk', created, model, choices };
}

function toErrorDelta(failure: unknown): DeltaMessage {
  const { message, type, code } = toBody(failure);
  return { content: '', metadata: { error: { message, type, code } } };
}

/** One choice of a stream. `heard`: the events of its run so far. */
function createChoiceWriter() {
  const heard: RunEvent[] = [];
  const spoken = new Set<string>();
  const places = new Map<string, number>();
  let place = 0;
  let began = false;

  const say = (delta: DeltaMessage, at: number): DeltaMessage => {
    if (began) return { ...delta, index: at };
    began = true;
    return { role: 'assistant', ...delta, index: at };
  };
  function* deltasOf(event: RunEvent): Generator<DeltaMessage> {
    if (event.type === 'tools.missing') {
      yield { ...toMissingTurn(event), content: null, index: place };
      place += 1;
    }
    if (event.type === 'model.answered') {
      const { message } = event;
      const calls = callerCalls(event);
      if (message && !spoken.has(message.entryId))
        yield say({ content: toWireContent(message.content) }, place);
      if (calls.length > 0) yield say({ tool_calls: calls.map(toWireCall) }, place);
      place += 1;
      for (const call of serverCalls(event)) {
        places.set(call.callId, place);
        place += 1;
      }
    }
    if (event.type === 'tool.answered') {
      const call = findCall(heard, event.callId);
      if (call) yield { ...toToolTurn(call, event), content: null, index: places.get(event.callId) ?? place };
    }
  }

  return {
    heard,
    *deltas(signal: RunSignal): Generator<DeltaMessage> {
      if ('delta' in signal) {
        // What the server's own tools do is told when it is done.
        if (signal.delta.type === 'call.delta') return;
        const { entryId, kind, text } = signal.delta;
        spoken.add(entryId);
        const content = kind === 'text' ? text : toWireContent([{ kind, text }]);
        yield say({ content }, place);
        return;
      }
      heard.push(signal.event);
      yield* deltasOf(signal.event);
    },
  };
}

function findCall(events: readonly RunEvent[], callId: string) {
  for (const event of events.toReversed()) {
    const call = event.type === 'model.answered' && event.calls.find(one => one.callId === callId);
    if (call) return call;
  }
  return undefined;
}
