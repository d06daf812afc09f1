import type { Dialogue } from './asking/dialogue.ts';
import { isInputRequired } from './asking/input-required.ts';
import type { Question } from './asking/question.ts';
import type { HandlerContext } from './handler-context.ts';

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

/** @throws what the handler throws, unless it did so over an open question. */
export async function runHandler(context: HandlerContext, handler: () => unknown): Promise<Handled> {
  try {
    const value = await handler();
    if (isInputRequired(value)) {
      const { requests: questions, state } = value;
      return { kind: 'input_needed', questions, state, dialogue: context.dialogue };
    }
    // A question that was asked decides, even if the handler swallowed the error that should have ended it.
    return toInputNeeded(context) ?? { kind: 'returned', value };
  } catch (error) {
    const needed = toInputNeeded(context);
    if (needed) return needed;
    throw error;
  } finally {
    context.end();
  }
}

function toInputNeeded({ dialogue }: HandlerContext): InputNeeded | undefined {
  if (dialogue === undefined || dialogue.open.size === 0) return undefined;
  const { open, input } = dialogue;
  return { kind: 'input_needed', questions: Object.fromEntries(open), state: input.state, dialogue };
}
