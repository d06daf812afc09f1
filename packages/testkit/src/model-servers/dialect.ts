import type { ModelServerRequest, Reply } from './reply.ts';

/** Where vendors differ. Pieces are deltas of a stream; a message is the whole of a plain answer. */
export interface Dialect {
  readonly callId: (request: number, call: number) => string;
  /** Deltas that carry the thinking. */
  readonly thinkingDelta: (text: string) => Record<string, unknown>;
  readonly message: (text: string, thinking: string | undefined) => Record<string, unknown>;
  /** Tool call deltas: one vendor sends a call whole, the other in pieces. */
  readonly argumentPieces: number;
  /** Whether a stream ends with usage: of its own accord, or as the request asks. */
  readonly sendsUsage: (request: ModelServerRequest) => boolean;
  /** True: usage travels with the last choice; false: in a chunk of its own without choices. */
  readonly usageWithFinish: boolean;
  readonly errorBody: (status: number, message: string) => unknown;
}

export const openAiDialect: Dialect = {
  callId: (request, call) => `call_${request}_${call}_${'x'.repeat(16)}`,
  thinkingDelta: text => ({ reasoning_content: text }),
  message: (text, thinking) => ({
    content: text === '' ? null : text,
    ...(thinking !== undefined && { reasoning_content: thinking }),
  }),
  argumentPieces: 2,
  sendsUsage: request => {
    const options = request.body['stream_options'];
    return typeof options === 'object' && options !== null && 'include_usage' in options;
  },
  usageWithFinish: false,
  errorBody: (status, message) => ({
    error: { message, type: 'error', param: null, code: String(status) },
  }),
};

/** Mistral: call ids of 9 characters, thinking as content chunks, calls whole, usage always. */
export const mistralDialect: Dialect = {
  callId: (request, call) => `${request}a${call}`.padEnd(9, 'Z').slice(0, 9),
  thinkingDelta: text => ({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] }),
  message: (text, thinking) => ({
    content:
      thinking === undefined
        ? text
        : [
            { type: 'thinking', thinking: [{ type: 'text', text: thinking }] },
            { type: 'text', text },
          ],
  }),
  argumentPieces: 1,
  sendsUsage: () => true,
  usageWithFinish: true,
  errorBody: (status, message) => ({
    object: 'error',
    message,
    type: 'error',
    param: null,
    code: String(status),
    raw_status_code: status,
  }),
};

/** Words with the space that follows them: what a model speaks at a time. */
export function toWords(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

export function usageOf(request: ModelServerRequest, reply: Reply): Record<string, number> | undefined {
  if (reply.usage === null) return undefined;
  const prompt = reply.usage?.promptTokens ?? toWords(JSON.stringify(request.messages)).length;
  const completion = reply.usage?.completionTokens ?? toWords(reply.text ?? '').length;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

export function finishReasonOf(reply: Reply): string | null {
  if (reply.finishReason !== undefined) return reply.finishReason;
  return reply.toolCalls?.length ? 'tool_calls' : 'stop';
}

export function argumentsText(value: object | string): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** At most so many pieces of a text, all of one length but the last. */
export function toPieces(text: string, count: number): string[] {
  const length = Math.max(1, Math.ceil(text.length / count));
  return Array.from({ length: Math.ceil(text.length / length) }, (_, n) =>
    text.slice(n * length, (n + 1) * length),
  );
}
