import type { Dialect, Dialogue } from '../asking/dialogue.ts';
import { callTool, type ToolCall, type ToolOutcome } from '../call-tool.ts';
import { failed } from '../failure.ts';
import { guardCall } from '../guard-call.ts';
import { getPrompt, type PromptOutcome } from '../get-prompt.ts';
import type { Run } from '../handler-context.ts';
import { readResource, type ReadOutcome } from '../read-resource.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';
import type { RequestMeta } from '../request-meta.ts';
import type { InputNeeded } from '../run-handler.ts';
import { invalidParams } from './faults.ts';
import { isRecord, type Fault, type Params } from './rpc.ts';
import type { ServerModel } from './server-model.ts';

/** In `params._meta`: the same for every attempt of one call. */
const IDEMPOTENCY_KEY = 'io.tramontane/idempotency-key';
/** Questions a client is asked for one call, one after another, before the kit takes the handler for broken. */
export const MOST_ROUNDS = 8;

/** A request in the hands of an era. `dialogue`: what came with it, if anything did. */
export interface Asked {
  readonly params: Params;
  readonly meta: RequestMeta;
  readonly dialect: Dialect;
  readonly dialogue: Dialogue | undefined;
}

type OrFault<Outcome> = { readonly fault: Fault } | { readonly outcome: Outcome };

/** Of a tools/call in either era. A protocol error, because no tool has run: `fault`. */
export function handleToolCall(model: ServerModel, asked: Asked): MaybePromise<OrFault<ToolOutcome>> {
  const call = parseToolCall(asked);
  if ('fault' in call) return call;
  const { catalogue, log } = model;
  // Guards see a call once, however often its handler has to run.
  const run = (admitted: ToolCall): MaybePromise<ToolOutcome> =>
    andThen(callTool(catalogue, admitted, log), outcome =>
      outcome.kind === 'input_needed'
        ? askAndRepeat(outcome, admitted, again => callTool(catalogue, again, log))
        : outcome,
    );
  return andThen(guardCall(catalogue, call, log, run), outcome => ({ outcome }));
}

export function parseToolCall(asked: Asked): ToolCall | { readonly fault: Fault } {
  const { name, arguments: args = {}, _meta } = asked.params;
  if (typeof name !== 'string')
    return { fault: invalidParams('"name" must be a string: the name of a tool.') };
  if (!isRecord(args)) return { fault: invalidParams('"arguments" must be an object.') };
  const inMeta = isRecord(_meta) ? _meta[IDEMPOTENCY_KEY] : undefined;
  const idempotencyKey = inMeta ?? (asked.meta.header?.('idempotency-key') || undefined);
  if (idempotencyKey !== undefined && (typeof idempotencyKey !== 'string' || idempotencyKey === '')) {
    return { fault: invalidParams(`"_meta.${IDEMPOTENCY_KEY}" must be a string that is not empty.`) };
  }
  const { params, meta, dialect, dialogue } = asked;
  return { name, args, idempotencyKey, params, meta, dialect, dialogue };
}

/** Of a prompts/get in either era. */
export async function handlePromptGet(model: ServerModel, asked: Asked): Promise<OrFault<PromptOutcome>> {
  const { name, arguments: args = {} } = asked.params;
  if (typeof name !== 'string')
    return { fault: invalidParams('"name" must be a string: the name of a prompt.') };
  if (!isRecord(args)) return { fault: invalidParams('"arguments" must be an object.') };
  const get = { name, args, ...asked };
  const outcome = await getPrompt(model.catalogue, get, model.log);
  if (outcome.kind !== 'input_needed') return { outcome };
  return { outcome: await askAndRepeat(outcome, get, again => getPrompt(model.catalogue, again, model.log)) };
}

/** Of a resources/read in either era; the eras differ in how they say "not found". */
export async function handleRead(model: ServerModel, asked: Asked): Promise<OrFault<ReadOutcome>> {
  const { uri } = asked.params;
  if (typeof uri !== 'string') return { fault: invalidParams('"uri" must be a string.') };
  const read = { uri, ...asked };
  const outcome = await readResource(model.catalogue, read, model.log);
  if (outcome.kind !== 'input_needed') return { outcome };
  return {
    outcome: await askAndRepeat(outcome, read, again => readResource(model.catalogue, again, model.log)),
  };
}

/** Where the client can be asked at once, it is, and the handler runs again; elsewhere the client has to call again. */
export async function askAndRepeat<Outcome extends { readonly kind: string }, Work extends Run>(
  needed: InputNeeded,
  work: Work,
  repeat: (again: Work) => MaybePromise<Outcome | InputNeeded>,
): Promise<Outcome | InputNeeded | ReturnType<typeof failed>> {
  const { dialect, params, meta } = work;
  if (dialect.answerNow === undefined) return needed;
  let outcome: Outcome | InputNeeded = needed;
  for (let round = 0; isNeeded(outcome); round += 1) {
    if (round === MOST_ROUNDS) return failed('internal', `Gave up after ${MOST_ROUNDS} rounds of questions.`);
    const { questions, state } = outcome;
    const answered = await dialect.answerNow(questions, state, params, meta);
    if ('kind' in answered) return answered;
    outcome = await repeat({ ...work, dialogue: answered });
  }
  return outcome;
}

function isNeeded(outcome: { readonly kind: string }): outcome is InputNeeded {
  return outcome.kind === 'input_needed';
}
