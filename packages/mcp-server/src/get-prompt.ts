import { runWithin } from './call-scope.ts';
import { isContentBlock } from './content.ts';
import type { Catalogue } from './definition/catalogue.ts';
import type { PromptMessage, PromptResult, PromptReturn } from './definition/define-prompt.ts';
import { failed, toFailed, type Failed } from './failure.ts';
import { HandlerContext, type Run } from './handler-context.ts';
import type { Log } from './log.ts';
import { quote } from './quote.ts';
import { runHandler, type InputNeeded } from './run-handler.ts';

/** How getting a prompt ended, before any wire form. */
export type PromptOutcome = { readonly kind: 'prompt'; readonly result: PromptResult } | InputNeeded | Failed;

export interface PromptGet extends Run {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Gets a prompt within its time limit. Never throws. */
export async function getPrompt(catalogue: Catalogue, get: PromptGet, log: Log): Promise<PromptOutcome> {
  const { name, args, meta } = get;
  const prompt = catalogue.prompts.get(name);
  if (prompt === undefined) return failed('unknown', `Unknown prompt: ${quote(name)}.`);
  const problem = prompt.findProblem(args);
  if (problem !== undefined) {
    return failed('invalid_arguments', `Invalid arguments for prompt "${name}": ${problem}.`);
  }
  try {
    const ending = await runWithin(prompt.timeoutMs, meta, scope => {
      const context = new HandlerContext(get, prompt.subject, scope, log);
      return runHandler(context, () => prompt.handler(args as Readonly<Record<string, string>>, context));
    });
    if (ending.kind === 'aborted') return failed('aborted', `Getting prompt "${name}" was cancelled.`);
    if (ending.kind === 'timed_out') {
      return failed('timed_out', `Prompt "${name}" timed out after ${prompt.timeoutMs / 1000} s.`);
    }
    if (ending.value.kind === 'input_needed') return ending.value;
    return {
      kind: 'prompt',
      result: toPromptResult(ending.value.value as PromptReturn, prompt.published.description),
    };
  } catch (error) {
    return toFailed(error, `Prompt "${name}"`, { requestId: meta.requestId, prompt: name }, log);
  }
}

function toPromptResult(returned: PromptReturn, description: string | undefined): PromptResult {
  const about = description === undefined ? {} : { description };
  if (typeof returned === 'string') return { ...about, messages: [toMessage(returned)] };
  if ('messages' in returned) return { ...about, ...returned };
  if (isContentBlock(returned)) return { ...about, messages: [{ role: 'user', content: returned }] };
  return { ...about, messages: 'role' in returned ? [returned] : returned };
}

function toMessage(text: string): PromptMessage {
  return { role: 'user', content: { type: 'text', text } };
}
