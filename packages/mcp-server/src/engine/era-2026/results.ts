import { CapabilityMissing } from '../../asking/dialogue.ts';
import { missingCapability } from '../../asking/question.ts';
import type { ToolOutcome } from '../../call-tool.ts';
import type { CacheHint } from '../../definition/define-resource.ts';
import type { Failure } from '../../failure.ts';
import type { PromptOutcome } from '../../get-prompt.ts';
import type { ReadOutcome } from '../../read-resource.ts';
import type { InputNeeded } from '../../run-handler.ts';
import type { Answer } from '../era.ts';
import { internalError, toFault, toNotFound } from '../faults.ts';
import { MOST_ROUNDS, type Asked } from '../requests.ts';
import { RPC } from '../rpc.ts';
import { sealDialogue } from './dialogue.ts';
import { readClient } from './envelope.ts';
import type { Sealer } from './sealer.ts';

/** What a handler returns may differ with every call and caller, so nobody may keep it unless its author says so. */
const NOT_KEPT: CacheHint = { ttlMs: 0, scope: 'private' };

type Final<Outcome> = Exclude<Outcome, InputNeeded>;

/** Writes the answers of tools/call; what is the same in all of them is written once. */
export function createToolAnswer(about: object): (outcome: Final<ToolOutcome>) => Answer {
  const tail = `,"_meta":${JSON.stringify(about)}}`;
  return outcome => {
    if (outcome.kind === 'failed') {
      const { failure, message, meta } = outcome;
      if (isFault(failure)) {
        return { fault: toFault(outcome) };
      }
      const content = [{ type: 'text', text: message }];
      return {
        result: JSON.stringify({
          resultType: 'complete',
          content,
          isError: true,
          _meta: { ...about, ...meta },
        }),
      };
    }
    const { result, valueJson } = outcome;
    if (valueJson !== undefined) {
      return {
        result: `{"resultType":"complete",${writeValue(valueJson)},"structuredContent":${valueJson}${tail}`,
      };
    }
    const { content, structuredContent, isError, _meta } = result;
    return {
      result: JSON.stringify({
        resultType: 'complete',
        content,
        structuredContent,
        isError,
        _meta: _meta === undefined ? about : { ...about, ..._meta },
      }),
    };
  };
}

/** The others are results that a model can read and act on. */
function isFault(failure: Failure): boolean {
  return (
    failure === 'unknown' ||
    failure === 'capability_missing' ||
    failure === 'client_failed' ||
    failure === 'insufficient_scope'
  );
}

/** The content of a result that is one value: its JSON as text. */
export function writeValue(valueJson: string): string {
  return `"content":[{"type":"text","text":${JSON.stringify(valueJson)}}]`;
}

export function toPromptAnswer(outcome: Final<PromptOutcome>, about: object): Answer {
  if (outcome.kind === 'failed') return { fault: toFault(outcome) };
  return { result: JSON.stringify({ resultType: 'complete', ...outcome.result, _meta: about }) };
}

export function toReadAnswer(outcome: Final<ReadOutcome>, uri: unknown, about: object): Answer {
  if (outcome.kind === 'failed') return { fault: toFault(outcome) };
  if (outcome.kind === 'not_found') return { fault: toNotFound(RPC.invalidParams, uri) };
  const { contents, cache = NOT_KEPT } = outcome;
  const { ttlMs, scope: cacheScope } = cache;
  return {
    result: JSON.stringify({ resultType: 'complete', contents, ttlMs, cacheScope, _meta: about }),
  };
}

/** `input_required` (basic/utilities/mrtr); the handler's state and earlier answers go along, sealed. */
export function toInputAnswer(
  { questions, state, dialogue }: InputNeeded,
  method: string,
  { params, meta }: Asked,
  sealer: Sealer,
  about: object,
): Answer {
  const { capabilities } = readClient(params);
  for (const question of Object.values(questions)) {
    const required = missingCapability(question, capabilities);
    if (required === undefined) continue;
    const { message } = new CapabilityMissing(question.method, required);
    return { fault: toFault({ kind: 'failed', failure: 'capability_missing', message, required }) };
  }
  const { round = 0, used = {} } = dialogue ?? {};
  if (round >= MOST_ROUNDS) {
    return { fault: internalError(`The server gave up after ${MOST_ROUNDS} rounds of questions.`) };
  }
  const requestState = sealDialogue({ round, used }, state, method, params, meta, sealer);
  const inputRequests = Object.keys(questions).length > 0 ? questions : undefined;
  return {
    result: JSON.stringify({ resultType: 'input_required', inputRequests, requestState, _meta: about }),
  };
}
