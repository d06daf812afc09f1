import type { Chunk, Content, ContentDelta, FinishReason, ModelAnswer, Usage } from '@tramontane/engine';
import type {
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { createCallPieces } from './call-pieces.ts';
import type { Watch } from './watch.ts';

/** A stream that broke its promise: it ended without saying how, or said that something went wrong. */
export class BrokenStream extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BrokenStream';
  }
}

/**
 * Reads a model's stream to its end. Rejects with BrokenStream, with the stream's own error, or with the watch's reason.
 * @param nextCall Numbers the calls.
 */
export async function readAnswer(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  watch: Watch,
  onDelta: (delta: ContentDelta) => void,
  nextCall: () => number,
): Promise<ModelAnswer> {
  const chunks: Extract<Chunk, { kind: 'text' | 'thinking' }>[] = [];
  const calls = createCallPieces(nextCall, onDelta);

  const say = (delta: ContentDelta & { kind: 'text' | 'thinking' }): void => {
    if (delta.text === '') return;
    const last = chunks.at(-1);
    if (last?.kind === delta.kind) chunks[chunks.length - 1] = { ...last, text: last.text + delta.text };
    else chunks.push({ kind: delta.kind, text: delta.text });
    onDelta(delta);
  };

  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value: part } = await watch.race(reader.read());
      if (done) throw new BrokenStream('its answer broke off before it was complete');
      // The vendors' packages make this part themselves, before the vendor has said anything.
      if (part.type !== 'stream-start') watch.heard();
      switch (part.type) {
        case 'text-delta':
          say({ kind: 'text', text: part.delta });
          break;
        case 'reasoning-delta':
          say({ kind: 'thinking', text: part.delta });
          break;
        case 'tool-input-start':
          calls.begin(part.id, part.toolName);
          break;
        case 'tool-input-delta':
          calls.hear(part.id, part.delta);
          break;
        case 'tool-call':
          calls.complete(part.toolCallId, part.toolName, part.input || '{}');
          break;
        case 'error':
          throw new BrokenStream('it reported an error in the middle of its answer', part.error);
        case 'finish':
          return {
            content: toContent(chunks),
            calls: calls.calls(),
            usage: toUsage(part.usage),
            finish: toFinish(part.finishReason),
          };
        default:
          break;
      }
    }
  } catch (error) {
    // Not awaited: the connection of a vendor that hangs may never confirm.
    reader.cancel(error).catch(() => {});
    throw error;
  }
}

function toContent(chunks: readonly Extract<Chunk, { kind: 'text' | 'thinking' }>[]): Content {
  if (chunks.some(chunk => chunk.kind === 'thinking')) return chunks;
  return chunks.map(chunk => chunk.text).join('');
}

function toUsage(usage: LanguageModelV4Usage): Usage {
  return { promptTokens: usage.inputTokens.total ?? 0, completionTokens: usage.outputTokens.total ?? 0 };
}

function toFinish(reason: LanguageModelV4FinishReason): FinishReason {
  switch (reason.unified) {
    case 'stop':
    case 'length':
    case 'other':
      return reason.unified;
    case 'tool-calls':
      return 'tool_calls';
    case 'content-filter':
      return 'content_filter';
    case 'interrupted':
      throw new BrokenStream('its answer broke off before it was complete');
    case 'error':
      throw new BrokenStream('it ended its answer with an error');
  }
}
