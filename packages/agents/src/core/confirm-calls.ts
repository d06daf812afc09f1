import type { Decision, FunctionCall } from '@tramontane/engine';
import type { ToolConfirmation } from '@tramontane/wire';
import { wrongField } from './api-error.ts';
import { openCalls, type History } from './history.ts';
import { createId } from './ids.ts';

export interface ConfirmedCalls {
  /** In the order in which the calls were made. */
  readonly decisions: readonly Decision[];
  /** The newest run that took a decision which is given here again. */
  readonly repeatedIn?: string;
}

const WORDS = { allow: 'allowed', deny: 'denied' } as const;

/**
 * What a person's words do: each counts once, for the call as it stands in the history. The same word again does nothing,
 * another one is refused, as is a word on a call that does not wait for one.
 */
export function confirmCalls(given: readonly ToolConfirmation[], history: History): ConfirmedCalls {
  const open = openCalls(history.entries);
  const words = new Map<string, Decision['confirmation']>();
  let repeatedIn: string | undefined;
  for (const [index, { tool_call_id: id, confirmation }] of given.entries()) {
    const word = WORDS[confirmation];
    const refuse = (why: string) => wrongField(['body', 'tool_confirmations', index, 'tool_call_id'], why);
    const call = open.find(({ callId }) => callId === id);
    const before = words.get(id) ?? history.decisions.get(id)?.confirmation;
    if (before !== undefined && before !== word)
      throw refuse(`The call ${JSON.stringify(id)} is ${before} already; that cannot be taken back.`);
    if (history.decisions.has(id)) repeatedIn = later(history, repeatedIn, id);
    else if (call?.confirmation) words.set(id, word);
    else if (call)
      throw refuse(
        `The call ${JSON.stringify(id)} waits for a function.result in inputs, not for confirmation.`,
      );
    else throw refuse(`No call ${JSON.stringify(id)} waits for confirmation.`);
  }
  const decisions = open.flatMap(call => {
    const word = words.get(call.callId);
    return word && call.confirmation ? [toDecision(call, word)] : [];
  });
  return { decisions, ...(repeatedIn !== undefined && { repeatedIn }) };
}

function toDecision(entry: FunctionCall, confirmation: Decision['confirmation']): Decision {
  const { id, callId, name, arguments: args, model, agentId } = entry;
  const { status: _status, ...route } = entry.confirmation ?? { status: 'pending', target: { kind: 'none' } };
  return {
    confirmation,
    call: { entryId: id, callId, name, arguments: args, ...route },
    entryId: createId(confirmation === 'allowed' ? 'toolExecution' : 'functionResult'),
    ...(model !== undefined && { model }),
    ...(agentId !== undefined && { agentId }),
  };
}

/** Of two runs that took decisions, the later one. */
function later(history: History, known: string | undefined, callId: string): string | undefined {
  const runId = history.decisions.get(callId)?.runId;
  // Ids of runs sort by the time they were made.
  return known !== undefined && runId !== undefined && known > runId ? known : runId;
}
