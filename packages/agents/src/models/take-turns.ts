import type { Entry } from '@tramontane/engine';
import type { LanguageModelV4Prompt } from '@ai-sdk/provider';

/** Stands where the model did not get to speak after its tools: the turn failed or was stopped, or the user went on. */
const BETWEEN = 'I have these results.';
const TAKEN_OVER = '(You have taken over this conversation. Answer in it now.)';

/**
 * A prompt in which speakers take turns as Mistral's API and the chat templates of its models demand: they refuse a
 * user's message right after a tool's result (3230), in every later request too, and an end with an assistant's words,
 * which they would go on with as if they were the next agent's own.
 */
export function takeTurns(prompt: LanguageModelV4Prompt, entries: readonly Entry[]): LanguageModelV4Prompt {
  const taken: LanguageModelV4Prompt = [];
  for (const message of prompt) {
    if (message.role === 'user' && taken.at(-1)?.role === 'tool')
      taken.push({ role: 'assistant', content: [{ type: 'text', text: BETWEEN }] });
    taken.push(message);
  }
  const newest = entries.findLast(({ kind }) => kind !== 'tools.missing');
  if (newest?.kind === 'agent.handoff' && taken.at(-1)?.role === 'assistant')
    taken.push({ role: 'user', content: [{ type: 'text', text: TAKEN_OVER }] });
  return taken;
}
