import type { ToolAnnotations, TypedSchema } from '../definition/define-tool.ts';
import { KitError } from '../kit-error.ts';
import type { Log } from '../log.ts';

/** What a step gets beside its data. */
export interface StepContext {
  /**
   * The same on every attempt of this step, also after a crash, and its compensation gets it too: hand it to the
   * service as idempotency key, or find by it what an attempt without an answer has left behind.
   */
  readonly key: string;
  /** Aborts when the step's time is over or the process stops. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  readonly log: Log;
}

export interface SagaStep<Input, Done, Result> {
  /**
   * Does the step. May run more than once with the same `key`: after an error, and when a process died before the
   * answer was written down. The result has to be JSON; later steps see it as `done[name]`.
   *
   * A `StepRefusal` says that nothing was done. After any other error it is not known what was, so the step is tried
   * again and in the end compensated.
   */
  readonly run: (
    given: { readonly input: Input; readonly done: Done },
    context: StepContext,
  ) => Result | Promise<Result>;
  /**
   * Takes the step back. `result` is undefined when no attempt was answered; then there may be something to take back,
   * or nothing. May run more than once. A step without it is left as it is.
   */
  readonly compensate?: (
    given: { readonly input: Input; readonly done: Done; readonly result: Result | undefined },
    context: StepContext,
  ) => unknown;
  /** Attempts after the first, of the step and of its compensation; 3 unless given. */
  readonly retries?: number;
  /** Milliseconds before the second attempt; doubled each time, up to 30 s, with jitter. 200 unless given. */
  readonly backoffMs?: number;
  /** Milliseconds an attempt may take; 30,000 unless given. */
  readonly timeoutMs?: number;
  /**
   * What happens to an attempt that nobody can ask for its answer, because its process died: `repeat` it with the same
   * key (unless given), or `compensate` it, for services that take no key.
   */
  readonly whenUnknown?: 'repeat' | 'compensate';
}

/** A step whose types are checked already. */
export interface NamedStep extends Required<Pick<AnyStep, 'run' | 'retries' | 'backoffMs' | 'timeoutMs'>> {
  readonly name: string;
  readonly compensate?: AnyStep['compensate'];
  readonly whenUnknown: 'repeat' | 'compensate';
}

type Data = Readonly<Record<string, unknown>>;
type AnyStep = SagaStep<unknown, Data, unknown>;

/** A declared saga; hand it to `openSagas`. */
export interface Saga {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly annotations?: ToolAnnotations;
  readonly input: TypedSchema;
  readonly output?: TypedSchema;
  /** Milliseconds a caller waits for the end; the saga goes on after that. */
  readonly waitMs?: number;
  readonly steps: readonly NamedStep[];
  readonly toResult: (given: { readonly input: unknown; readonly done: Data }) => unknown;
}

export interface SagaDefinition<Input extends TypedSchema, Output extends TypedSchema> {
  /** Name of the tool that starts it. */
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  /** A zod 4 schema of an object that JSON can carry. */
  readonly input: Input;
  /** A zod 4 schema of what `returns` returns. */
  readonly output?: Output;
  readonly annotations?: ToolAnnotations;
  /** Milliseconds a caller without tasks waits for the end; 60,000 unless given. The saga goes on after that. */
  readonly waitMs?: number;
}

/** Steps in their order, typed by what the steps before them return. */
export interface SagaBuilder<Input extends TypedSchema, Output extends TypedSchema, Done> {
  step<Name extends string, Result>(
    name: Name,
    step: SagaStep<Input['_zod']['output'], Done, Result>,
  ): SagaBuilder<Input, Output, Done & { readonly [N in Name]: Result }>;
  /** The last part: what the tool answers when every step is done. */
  returns(
    toResult: (given: {
      readonly input: Input['_zod']['output'];
      readonly done: Done;
    }) => Output['_zod']['input'],
  ): Saga;
}

const RETRIES = 3;
const BACKOFF_MS = 200;
const TIMEOUT_MS = 30_000;
/** setTimeout fires at once for anything longer. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Declares work over several services that ends done or taken back, never in between. Nothing runs here: `openSagas`
 * makes tools of sagas.
 *
 * @throws KitError `definition_invalid` for names that are not plain or used twice, and limits that cannot be.
 */
export function defineSaga<Input extends TypedSchema, Output extends TypedSchema = TypedSchema>(
  definition: SagaDefinition<Input, Output>,
): SagaBuilder<Input, Output, object> {
  const build = <Done>(steps: readonly NamedStep[]): SagaBuilder<Input, Output, Done> => ({
    step: (name, step) => build([...steps, toNamedStep(definition.name, name, step as AnyStep, steps)]),
    returns: toResult => {
      if (steps.length === 0) throw invalid(definition.name, 'has no step. Give it one with .step(…)');
      return { ...definition, steps, toResult: toResult as Saga['toResult'] };
    },
  });
  return build([]);
}

function toNamedStep(saga: string, name: string, step: AnyStep, before: readonly NamedStep[]): NamedStep {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,62}$/.test(name)) {
    throw invalid(
      saga,
      `cannot name a step ${JSON.stringify(name)}. Use a letter and then letters, digits or _`,
    );
  }
  if (before.some(other => other.name === name)) throw invalid(saga, `has two steps named ${name}`);
  const { run, compensate, whenUnknown = 'repeat' } = step;
  const { retries = RETRIES, backoffMs = BACKOFF_MS, timeoutMs = TIMEOUT_MS } = step;
  if (whenUnknown === 'compensate' && !compensate) {
    throw invalid(saga, `cannot compensate ${name} when unknown: the step has no compensate`);
  }
  for (const [limit, value, least] of [
    ['retries', retries, 0],
    ['backoffMs', backoffMs, 0],
    ['timeoutMs', timeoutMs, 1],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= least && value <= LONGEST_MS) continue;
    throw invalid(saga, `cannot give step ${name} ${limit} of ${value}. Give a whole number from ${least}`);
  }
  return { name, run, retries, backoffMs, timeoutMs, whenUnknown, ...(compensate && { compensate }) };
}

function invalid(saga: string, problem: string): KitError {
  return new KitError('definition_invalid', `The saga ${JSON.stringify(saga)} ${problem}.`);
}
