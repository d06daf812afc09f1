import { createHash } from 'node:crypto';
import { requireCapability, type Dialogue } from '../../asking/dialogue.ts';
import type { Question } from '../../asking/question.ts';
import type { ClientDetails, GivenInput } from '../../call-context.ts';
import { KitError } from '../../kit-error.ts';
import type { RequestMeta } from '../../request-meta.ts';
import { invalidParams } from '../faults.ts';
import { isRecord, type Fault, type Params } from '../rpc.ts';
import type { Sealer } from './sealer.ts';

type Responses = GivenInput['responses'];

/** What a call carries on to its repetition: its round, earlier answers, the handler's own state. */
interface Carried {
  readonly round: number;
  readonly answers: Responses;
  readonly state?: unknown;
}

/**
 * Opens what came with a request (MCP 2026-07-28, basic/utilities/mrtr). Answers without state are taken: they are the
 * client's own words either way, and state is only needed for what came before them.
 */
export function openDialogue(
  method: string,
  params: Params,
  meta: RequestMeta,
  client: ClientDetails,
  sealer: Sealer,
): Dialogue | { readonly fault: Fault } {
  const { inputResponses = {}, requestState } = params;
  if (!isResponses(inputResponses)) {
    return {
      fault: invalidParams('"inputResponses" must be an object of objects, by the keys of the questions.'),
    };
  }
  if (requestState === undefined) return createDialogue({ round: 0, answers: {} }, inputResponses, client);
  const opened =
    typeof requestState === 'string' ? sealer.open(requestState, toBinding(method, params, meta)) : undefined;
  if (opened === undefined) {
    return {
      fault: invalidParams(
        '"requestState" is not one this server gave for this request, or it is too old. Call again without it.',
      ),
    };
  }
  return createDialogue(opened.value as Carried, inputResponses, client);
}

/** @returns what `openDialogue` takes as `requestState` of the same request by the same caller. */
export function sealDialogue(
  { round, used }: Pick<Dialogue, 'round' | 'used'>,
  state: unknown,
  method: string,
  params: Params,
  meta: RequestMeta,
  sealer: Sealer,
): string {
  const carried: Carried = { round: round + 1, answers: used, state };
  return sealer.seal(carried, toBinding(method, params, meta));
}

/** Of a request that brought nothing. */
export function toFirstDialogue(client: ClientDetails): Dialogue {
  return createDialogue({ round: 0, answers: {} }, {}, client);
}

/** Multi-round-trip: a question that has no answer yet ends the handler, and the client calls again with it. */
function createDialogue(
  { round, answers, state }: Carried,
  given: Responses,
  client: ClientDetails,
): Dialogue {
  const responses = { ...given, ...answers };
  const open = new Map<string, Question>();
  const used: Record<string, Responses[string]> = { ...answers };
  let asked = 0;
  return {
    round,
    used,
    open,
    input: { responses, state },
    ask: async (key, question) => {
      asked += 1;
      const name = key ?? `question-${asked}`;
      const answer = Object.hasOwn(responses, name) ? responses[name] : undefined;
      if (answer !== undefined) {
        used[name] = answer;
        return answer;
      }
      requireCapability(question, client);
      open.set(name, question);
      throw new KitError('input_needed', `The client has to answer ${question.method} first.`);
    },
  };
}

function isResponses(value: unknown): value is Responses {
  return isRecord(value) && Object.values(value).every(isRecord);
}

/** State of one caller or one call opens for no other. */
function toBinding(method: string, params: Params, meta: RequestMeta): string {
  const { name, uri, arguments: args } = params;
  const digest = createHash('sha256').update(JSON.stringify([method, name, uri, sortKeys(args ?? {})]));
  return `${meta.auth?.subject ?? ''}\n${digest.digest('base64url')}`;
}

/** A client may write the same arguments in another order when it calls again. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sortKeys(value[key])]),
  );
}
