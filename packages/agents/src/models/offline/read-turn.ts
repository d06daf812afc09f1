import { isTooDeep } from '../../core/nesting.ts';
import { readMissingLines } from '../missing-tools.ts';
import type { LanguageModelV4Prompt, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';

/** A call of this turn and what came back. */
export interface DoneCall {
  readonly name: string;
  readonly args: unknown;
  readonly failed: boolean;
  readonly text: string;
  /** The result as data, when it is JSON. */
  readonly data: unknown;
}

export interface Turn {
  readonly text: string;
  readonly done: readonly DoneCall[];
  /** Why servers of tools are not there: whole sentences. */
  readonly missing: readonly string[];
}

/** Text that is looked at; a longer one would make pattern search slow for everybody on this server. */
const MAX_TEXT = 8_000;
/** The end of the instructions is enough: what is missing stands there. */
const MAX_SYSTEM = 64_000;

/** The newest user message and what has been called since. */
export function readTurn(prompt: LanguageModelV4Prompt): Turn {
  const newest = prompt.findLastIndex(message => message.role === 'user');
  const asked = prompt[newest];
  const text = asked?.role === 'user' ? readText(asked.content) : '';

  const results = new Map<string, LanguageModelV4ToolResultPart>();
  const done: DoneCall[] = [];
  const since = prompt.slice(newest + 1);
  for (const message of since) {
    if (message.role !== 'tool') continue;
    for (const part of message.content) if (part.type === 'tool-result') results.set(part.toolCallId, part);
  }
  for (const message of since) {
    if (message.role !== 'assistant') continue;
    for (const part of message.content) {
      if (part.type !== 'tool-call') continue;
      const result = results.get(part.toolCallId);
      if (result) done.push({ name: part.toolName, args: part.input, ...readOutput(result.output) });
    }
  }
  const system = prompt[0]?.role === 'system' ? prompt[0].content : '';
  return { text: text.trim(), done, missing: readMissingLines(system.slice(-MAX_SYSTEM)) };
}

/** The first characters of a message, without looking at those that follow. */
function readText(parts: Extract<LanguageModelV4Prompt[number], { role: 'user' }>['content']): string {
  let text = '';
  for (const part of parts) {
    if (part.type === 'text') text += `${part.text.slice(0, MAX_TEXT)}\n`;
    if (text.length > MAX_TEXT) break;
  }
  return text.slice(0, MAX_TEXT);
}

function readOutput(
  output: LanguageModelV4ToolResultPart['output'],
): Pick<DoneCall, 'failed' | 'text' | 'data'> {
  switch (output.type) {
    case 'text':
      return { failed: false, text: output.value, data: parseJson(output.value) };
    case 'json':
      return { failed: false, text: JSON.stringify(output.value), data: output.value };
    case 'error-text':
      return { failed: true, text: output.value, data: undefined };
    case 'error-json':
      return { failed: true, text: JSON.stringify(output.value), data: undefined };
    case 'execution-denied':
      return { failed: true, text: output.reason ?? 'The call was not allowed.', data: undefined };
    case 'content': {
      const text = output.value
        .map(part => (part.type === 'text' ? part.text : part.type === 'file' ? `[${part.mediaType}]` : ''))
        .join('\n');
      return { failed: false, text, data: parseJson(text) };
    }
  }
}

function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    // Reported as the text that it is: walking through it would overflow the stack.
    return isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
}
