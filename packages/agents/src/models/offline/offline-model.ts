import { setImmediate } from 'node:timers/promises';
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { answerOffline } from './answer-offline.ts';
import type { OfflineAnswer } from './answer-offline.ts';
import { countWords } from './count-words.ts';

/**
 * A model without weights, key or network. It picks tools by text search, fills their arguments from the text by the
 * tools' schemas, and reports what they answer; the same prompt gives the same answer. It says what it is.
 */
export function createOfflineModel(modelId: string): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'tramontane',
    modelId,
    supportedUrls: {},
    // oxlint-disable-next-line typescript/require-await
    doGenerate: async options => {
      options.abortSignal?.throwIfAborted();
      const answer = answerOffline(options);
      return {
        content: [
          ...(answer.text === '' ? [] : [{ type: 'text' as const, text: answer.text }]),
          ...toToolCalls(answer),
        ],
        finishReason: toFinishReason(answer),
        usage: countUsage(options, answer),
        warnings: [],
      };
    },
    // oxlint-disable-next-line typescript/require-await
    doStream: async options => ({ stream: ReadableStream.from(speak(options)) }),
  };
}

async function* speak(options: LanguageModelV4CallOptions): AsyncGenerator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  const answer = answerOffline(options);
  if (answer.text !== '') {
    yield { type: 'text-start', id: '0' };
    for (const delta of toWords(answer.text)) {
      // Lets other requests in between two words, and a stop be heard.
      await setImmediate();
      options.abortSignal?.throwIfAborted();
      yield { type: 'text-delta', id: '0', delta };
    }
    yield { type: 'text-end', id: '0' };
  }
  yield* toToolCalls(answer);
  yield { type: 'finish', finishReason: toFinishReason(answer), usage: countUsage(options, answer) };
}

function toToolCalls(answer: OfflineAnswer): Extract<LanguageModelV4StreamPart, { type: 'tool-call' }>[] {
  return answer.calls.map((call, index) => ({
    type: 'tool-call',
    toolCallId: `offline${String(index).padStart(2, '0')}`,
    toolName: call.name,
    input: JSON.stringify(call.args),
  }));
}

function toFinishReason(answer: OfflineAnswer): LanguageModelV4FinishReason {
  return answer.calls.length > 0
    ? { unified: 'tool-calls', raw: 'tool_calls' }
    : { unified: 'stop', raw: 'stop' };
}

function toWords(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

/** Words, so that counting can be seen at work; no vendor's tokens. */
function countUsage(options: LanguageModelV4CallOptions, answer: OfflineAnswer): LanguageModelV4Usage {
  const input = countWords(options.prompt) + countWords(options.tools ?? []);
  const output = Math.max(1, countWords(answer.text) + countWords(answer.calls));
  return {
    inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: output, text: undefined, reasoning: undefined },
  };
}
