import type { CallGuard, CallOutcome, EndedCall, Guard, GuardedCall, RunCall } from '../guard.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';

/** One for all who want to hear of calls, so that they tell the same. Nothing, where nobody does. */
export function createWatch(sections: readonly Guard[]): readonly CallGuard[] {
  const begins = sections.flatMap(({ began }) => began ?? []);
  const ends = sections.flatMap(({ ended }) => ended ?? []);
  if (begins.length === 0 && ends.length === 0) return [];
  const tell = (ended: EndedCall): void => {
    for (const end of ends) end(ended);
  };
  return [
    (call, next) => {
      for (const begin of begins) begin(call);
      return watchCall(call, next, tell);
    },
  ];
}

/** Runs the call and tells how it ended. A question to the client is no error: the call comes again. */
export function watchCall(
  call: GuardedCall,
  next: RunCall,
  tell: (ended: EndedCall) => void,
): MaybePromise<CallOutcome> {
  const started = performance.now();
  return andThen(next(), outcome => {
    tell(toEnded(call, outcome, (performance.now() - started) / 1000));
    return outcome;
  });
}

function toEnded(call: GuardedCall, outcome: CallOutcome, durationSeconds: number): EndedCall {
  if (outcome.kind === 'failed') {
    const { failure, message } = outcome;
    return { call, status: 'error', errorType: failure, error: message, durationSeconds };
  }
  if (outcome.kind === 'result' && outcome.result.isError) {
    const error = firstText(outcome.result.content);
    return { call, status: 'error', errorType: 'tool_error', error, durationSeconds };
  }
  return { call, status: 'success', errorType: undefined, error: undefined, durationSeconds };
}

const MOST_TEXT = 500;

function firstText(content: readonly object[]): string {
  for (const block of content) {
    if ('text' in block && typeof block.text === 'string') return block.text.slice(0, MOST_TEXT);
  }
  return 'The tool failed.';
}
