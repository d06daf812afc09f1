import type { RunEnd, RunEvent } from './events.ts';
import type { RunState } from './state.ts';
import { CANCELLED_OUTCOME, failedOutcome, UNKNOWN_OUTCOME } from './tools.ts';

/**
 * The events that end a run wherever it stands. Calls still open are answered first: one without an answer has no entry,
 * so that the history would lose a call that may have run.
 * @param unsent Calls that are written down as sent, and of which it is known that they did not leave.
 */
export function endingEvents(
  state: RunState,
  end: RunEnd,
  at: string,
  unsent: ReadonlySet<string> = new Set(),
): RunEvent[] {
  const answers = [...state.calls.values()]
    .filter(({ outcome }) => !outcome)
    .map(({ call, sent }): RunEvent => {
      const outcome =
        sent && !unsent.has(call.callId)
          ? end.reason === 'cancelled'
            ? CANCELLED_OUTCOME
            : UNKNOWN_OUTCOME
          : failedOutcome('cancelled', 'The run was ended before this call was sent.');
      return { type: 'tool.answered', at, callId: call.callId, outcome };
    });
  return [...answers, { type: 'run.finished', at, end }];
}
