import type { ClientDetails, GivenInput } from '../call-context.ts';
import type { LogLevel } from '../log-level.ts';
import { KitError } from '../kit-error.ts';
import type { Failed } from '../failure.ts';
import type { RequestMeta } from '../request-meta.ts';
import { missingCapability, type Capability, type Question } from './question.ts';

type Params = Readonly<Record<string, unknown>>;

/** Questions and answers of one request. */
export interface Dialogue {
  readonly input: GivenInput;
  /** How often the client has called again already. */
  readonly round: number;
  /** Answers that were used; they have to be there when the handler runs again. */
  readonly used: GivenInput['responses'];
  /** Questions that have to be answered before the handler can go on. They end it, and it is run again. */
  readonly open: ReadonlyMap<string, Question>;
  /**
   * @param key names the question among those of the request; without one it is named by its place.
   * @returns the answer as it came.
   * @throws KitError, see `RequestContext.elicit`.
   */
  readonly ask: (key: string | undefined, question: Question, signal: AbortSignal) => Promise<unknown>;
}

/** How one era tells about its client and asks it. */
export interface Dialect {
  readonly readClient: (params: Params, meta: RequestMeta) => ClientDetails;
  /** `undefined` when the client wants no log messages for this request. */
  readonly readLogLevel: (params: Params, meta: RequestMeta) => LogLevel | undefined;
  readonly openDialogue: (params: Params, meta: RequestMeta) => Dialogue;
  /** Asks at once and gives back what the handler is run again with; absent where the client has to call again. */
  readonly answerNow?: (
    questions: Readonly<Record<string, Question>>,
    state: unknown,
    params: Params,
    meta: RequestMeta,
  ) => Promise<Dialogue | Failed>;
}

/** A handler asked for what the client did not declare. */
export class CapabilityMissing extends KitError {
  readonly required: Capability;

  constructor(method: string, required: Capability) {
    super(
      'capability_missing',
      `This needs ${method}, and the client did not declare it: ${JSON.stringify(required)}.`,
    );
    this.required = required;
  }
}

/** @throws CapabilityMissing */
export function requireCapability(question: Question, { capabilities }: ClientDetails): void {
  const missing = missingCapability(question, capabilities);
  if (missing) throw new CapabilityMissing(question.method, missing);
}

const NOBODY: ClientDetails = { capabilities: {} };

/** For forms without a way back to the caller: every question is refused. */
export const MUTE_DIALECT: Dialect = {
  readClient: () => NOBODY,
  readLogLevel: () => undefined,
  openDialogue: () => toDirectDialogue(async question => requireCapability(question, NOBODY)),
};

/** Where every question is answered, or refused, at once. */
export function toDirectDialogue(
  ask: (question: Question, signal: AbortSignal) => Promise<unknown>,
  input: GivenInput = { responses: {}, state: undefined },
): Dialogue {
  return {
    input,
    round: 0,
    used: {},
    open: new Map(),
    ask: (_key, question, signal) => ask(question, signal),
  };
}
