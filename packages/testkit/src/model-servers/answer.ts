import { argumentsText, finishReasonOf, toPieces, toWords, usageOf } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import type { ModelServerRequest, Reply } from './reply.ts';

type Json = Record<string, unknown>;

function envelope(request: ModelServerRequest, n: number, object: string): Json {
  return { id: `cmpl-${n}`, object, created: 1_750_000_000 + n, model: request.model };
}

/** The chunks of a streamed answer, each the data of one server-sent event. */
export function toChunks(dialect: Dialect, request: ModelServerRequest, n: number, reply: Reply): Json[] {
  const base = envelope(request, n, 'chat.completion.chunk');
  const chunk = (delta: Json): Json => ({ ...base, choices: [{ index: 0, delta, finish_reason: null }] });

  const chunks: Json[] = [chunk({ role: 'assistant', content: '' })];
  for (const word of toWords(reply.thinking ?? '')) chunks.push(chunk(dialect.thinkingDelta(word)));
  for (const word of toWords(reply.text ?? '')) chunks.push(chunk({ content: word }));
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    const text = argumentsText(call.arguments);
    const id = dialect.callId(n, index);
    const [first = '', ...rest] = toPieces(text, reply.argumentPieces ?? dialect.argumentPieces);
    const start = { index, id, type: 'function', function: { name: call.name, arguments: first } };
    chunks.push(chunk({ tool_calls: [start] }));
    for (const piece of rest) chunks.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }));
  }

  const finish = finishReasonOf(reply);
  if (finish === null) return chunks;
  const usage = dialect.sendsUsage(request) ? usageOf(request, reply) : undefined;
  chunks.push({
    ...base,
    choices: [{ index: 0, delta: { content: '' }, finish_reason: finish }],
    ...(usage && dialect.usageWithFinish && { usage }),
  });
  if (usage && !dialect.usageWithFinish) chunks.push({ ...base, choices: [], usage });
  return chunks;
}

/** The body of an answer that is not streamed. */
export function toCompletion(dialect: Dialect, request: ModelServerRequest, n: number, reply: Reply): Json {
  const calls = (reply.toolCalls ?? []).map((call, index) => ({
    id: dialect.callId(n, index),
    type: 'function',
    function: { name: call.name, arguments: argumentsText(call.arguments) },
  }));
  return {
    ...envelope(request, n, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          ...dialect.message(reply.text ?? '', reply.thinking),
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        finish_reason: finishReasonOf(reply),
      },
    ],
    usage: usageOf(request, reply),
  };
}
