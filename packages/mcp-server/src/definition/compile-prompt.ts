import type { PromptContext } from '../call-context.ts';
import type { Subject } from '../handler-context.ts';
import type { Complete } from './complete.ts';
import type { Prompt, PromptArgument } from './define-prompt.ts';
import { checkTimeout, refuse } from './refuse.ts';

/** A prompt ready to be got. */
export interface CompiledPrompt {
  readonly subject: Subject;
  readonly timeoutMs: number;
  readonly handler: (values: Readonly<Record<string, string>>, context: PromptContext) => unknown;
  /** A sentence part, when the arguments are not those of the prompt. */
  readonly findProblem: (values: Readonly<Record<string, unknown>>) => string | undefined;
  readonly completes: ReadonlyMap<string, Complete>;
  readonly published: PublishedPrompt;
}

/** As in prompts/list. */
export interface PublishedPrompt {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments?: readonly object[];
}

const LONGEST_NAME = 128;

/** @throws KitError `definition_invalid` */
export function compilePrompt(prompt: Prompt): CompiledPrompt {
  const { name, title, description, arguments: declared = {} } = prompt;
  const subject = `Prompt ${JSON.stringify(name)}`;
  if (!name.trim() || name.length > LONGEST_NAME)
    refuse(subject, `needs a name of 1 to ${LONGEST_NAME} characters.`);
  if (!description?.trim()) refuse(subject, 'has no description. Say what it is for.');
  const entries = Object.entries(declared);
  return {
    subject: { kind: 'prompt', name },
    timeoutMs: checkTimeout(subject, prompt.timeoutMs),
    handler: (values, context) => prompt.handler(values as never, context),
    findProblem: values => {
      for (const [argument, { required }] of entries) {
        if (required && !Object.hasOwn(values, argument)) return `"${argument}" is required but missing`;
      }
      const wrong = Object.entries(values).find(([, value]) => typeof value !== 'string');
      return wrong && `${JSON.stringify(wrong[0])} must be a string`;
    },
    completes: new Map(
      entries.flatMap(([argument, { complete }]) => (complete ? [[argument, complete]] : [])),
    ),
    published: {
      name,
      ...(title !== undefined && { title }),
      description,
      ...(entries.length > 0 && { arguments: entries.map(describeArgument) }),
    },
  };
}

function describeArgument([name, { title, description, required }]: [string, PromptArgument]): object {
  return {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(required !== undefined && { required }),
  };
}
