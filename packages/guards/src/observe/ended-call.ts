import type { CallOutcome, GuardedCall, RunCall } from '../guard.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';

/** How a call of a tool ended, in the words of logs, metrics and the audit trail. */
export interface EndedCall {
  readonly call: GuardedCall;
  readonly status: 'success' | 'error';
  /** Of few values, for labels: `tool_error` for a result that says `isError`, else what failed. */
  readonly errorType: string | undefined;
  /** What the caller was told. */
  readonly error: string | undefined;
  readonly durationSeconds: number;
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
