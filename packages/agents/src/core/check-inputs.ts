import { textOf, type Decision, type Entry, type FunctionCall } from '@tramontane/engine';
import { ApiError, wrongField } from './api-error.ts';
import { openCalls } from './history.ts';

/**
 * Every open call gets its one result or a person's word, and nothing else does: a model refuses a history where they do
 * not match (3230). Calls that wait for a person may be left waiting, by an append that settles others and asks nothing new.
 * @param inputs One entry for each of the request, in its order.
 * @returns The calls that go on waiting.
 */
export function checkInputs(
  inputs: readonly Entry[],
  history: readonly Entry[],
  decisions: readonly Decision[] = [],
): FunctionCall[] {
  const waiting = new Map(openCalls(history).map(call => [call.callId, call]));
  for (const { call } of decisions) waiting.delete(call.callId);
  const given = new Map<string, string>();
  const taken = new Set<string>();
  for (const entry of history) if ('callId' in entry) taken.add(entry.callId);
  let results = 0;
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
      given.set(entry.callId, entry.name);
    }
    // Of an execution that names a call given here: a person allowed it, in the conversation it comes from.
    if (entry.kind === 'tool.execution') given.delete(entry.callId);
    if (entry.kind !== 'function.result') continue;
    if (waiting.get(entry.callId)?.confirmation) {
      throw new ApiError(
        'calls_open',
        `The call ${JSON.stringify(entry.callId)} is this server's to make: send tool_confirmations, no result.`,
      );
    }
    if (!given.delete(entry.callId) && !waiting.delete(entry.callId)) {
      const what = taken.has(entry.callId) ? 'has its result already' : 'is not there';
      throw new ApiError(
        'calls_open',
        `No function call waits for this result: ${JSON.stringify(entry.callId)} ${what}.`,
      );
    }
    results += 1;
  }

  const stillOpen = [...waiting.values()];
  const settles = decisions.length > 0 || (results > 0 && stillOpen.every(call => call.confirmation));
  const asksNothing = inputs.every(({ kind }) => kind === 'function.result');
  if (given.size > 0 || (stillOpen.length > 0 && !(settles && asksNothing)))
    throw stillWaiting(stillOpen, given);
  if (decisions.length === 0 && !hasQuestion(inputs) && !awaitsAnswer(history, inputs))
    throw wrongField(['body', 'inputs'], 'There is nothing to answer: give a text or entries.', 'missing');
  return stillOpen;
}

function stillWaiting(stillOpen: readonly FunctionCall[], given: ReadonlyMap<string, string>): ApiError {
  const list = (calls: readonly (readonly [string, string])[]) =>
    calls.map(([id, name]) => `${name} (${id})`).join(', ');
  const pending = stillOpen.flatMap(({ callId, name, confirmation }) =>
    confirmation ? [[callId, name] as const] : [],
  );
  const open = stillOpen.flatMap(({ callId, name, confirmation }) =>
    confirmation ? [] : [[callId, name] as const],
  );
  const functions = [...open, ...given];
  const words = [
    ...(functions.length === 0
      ? []
      : [`Function calls wait for their results: ${list(functions)}. Send a function.result for each.`]),
    ...(pending.length === 0
      ? []
      : [`Calls wait for confirmation: ${list(pending)}. Allow or deny them with tool_confirmations first.`]),
  ];
  return new ApiError('calls_open', words.join(' '));
}

export function hasQuestion(inputs: readonly Entry[]): boolean {
  return inputs.some(
    entry =>
      entry.kind !== 'message.input' || textOf(entry.content) !== '' || typeof entry.content !== 'string',
  );
}

/** What the history ends with still wants an answer: a turn was cut short, or went to an agent who has not spoken yet. */
function awaitsAnswer(history: readonly Entry[], inputs: readonly Entry[]): boolean {
  const last = history.findLast(({ kind }) => kind !== 'tools.missing');
  if (inputs.length > 0 || !last) return false;
  return last.kind === 'message.input' ? last.role === 'user' : last.kind !== 'message.output';
}
