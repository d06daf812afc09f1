import { textOf, type Entry } from '@tramontane/engine';
import { ApiError, wrongField } from './api-error.ts';
import { openCalls } from './history.ts';

/**
 * Every open call gets its one result, and nothing else does: a model refuses a history where they do not match (3230).
 * @param inputs One entry for each of the request, in its order.
 */
export function checkInputs(inputs: readonly Entry[], history: readonly Entry[]): void {
  const open = new Map(openCalls(history).map(call => [call.callId, call.name]));
  const taken = new Set(history.flatMap(entry => ('callId' in entry ? [entry.callId] : [])));
  for (const [index, entry] of inputs.entries()) {
    if (entry.kind === 'function.call') {
      // A result says nothing but the id: of two calls with one id, one would be shown the other's result.
      if (taken.has(entry.callId)) {
        throw wrongField(
          ['body', 'inputs', index, 'tool_call_id'],
          `Two calls have the id ${JSON.stringify(entry.callId)}; give each call an id of its own.`,
        );
      }
      taken.add(entry.callId);
      open.set(entry.callId, entry.name);
    }
    if (entry.kind !== 'function.result') continue;
    if (!open.delete(entry.callId)) {
      const what = taken.has(entry.callId) ? 'has its result already' : 'is not there';
      throw new ApiError(
        'calls_open',
        `No function call waits for this result: ${JSON.stringify(entry.callId)} ${what}.`,
      );
    }
  }
  if (open.size > 0) {
    const list = [...open].map(([id, name]) => `${name} (${id})`).join(', ');
    throw new ApiError(
      'calls_open',
      `Function calls wait for their results: ${list}. Send a function.result for each.`,
    );
  }
  const hasQuestion = inputs.some(
    entry =>
      entry.kind !== 'message.input' || textOf(entry.content) !== '' || typeof entry.content !== 'string',
  );
  if (!hasQuestion)
    throw wrongField(['body', 'inputs'], 'There is nothing to answer: give a text or entries.', 'missing');
}
