import type { Dialogue } from './asking/dialogue.ts';
import { isInputRequired } from './asking/input-required.ts';
import type { Question } from './asking/question.ts';
import type { HandlerContext } from './handler-context.ts';
import type { MaybePromise } from './maybe-promise.ts';

/** A handler cannot go on before the client has answered. */
export interface InputNeeded {
  readonly kind: 'input_needed';
  readonly questions: Readonly<Record<string, Question>>;
  readonly state: unknown;
  /** What the handler was run with, if it looked at it. */
  readonly dialogue: Dialogue | undefined;
}

/** How one run of a handler ended, if not with an error of its own. */
export type Handled = { readonly kind: 'returned'; readonly value: unknown } | InputNeeded;

/** @throws what the handler throws, unless it did so over an open question. At once, if the handler did not wait. */
export function runHandler(context: HandlerContext, handler: () => unknown): MaybePromise<Handled> {
  let returned: unknown;
  try {
    returned = handler();
    if (isThenable(returned)) {
      return Promise.resolve(returned).then(
        value => toHandled(context, value),
        (error: unknown) => toUnfinished(context, error),
      );
    }
  } catch (error) {
    return toUnfinished(context, error);
  }
  return toHandled(context, returned);
}

function toHandled(context: HandlerContext, value: unknown): Handled {
  context.end();
  if (isInputRequired(value)) {
    const { requests: questions, state } = value;
    return { kind: 'input_needed', questions, state, dialogue: context.dialogue };
  }
  // A question that was asked decides, even if the handler swallowed the error that should have ended it.
  return toInputNeeded(context) ?? { kind: 'returned', value };
}

function toUnfinished(context: HandlerContext, error: unknown): Handled {
  context.end();
  const needed = toInputNeeded(context);
  if (needed) return needed;
  throw error;
}

/** Not only promises: database clients hand out objects of their own that can be awaited. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function toInputNeeded({ dialogue }: HandlerContext): InputNeeded | undefined {
  if (dialogue === undefined || dialogue.open.size === 0) return undefined;
  const { open, input } = dialogue;
  return { kind: 'input_needed', questions: Object.fromEntries(open), state: input.state, dialogue };
}
