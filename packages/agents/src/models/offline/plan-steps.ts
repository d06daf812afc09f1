import { findNamedTools, findRefusedTools } from './find-named-tools.ts';
import type { OfflineTool } from './offline-tool.ts';
import type { Span } from './scan.ts';
import { searchTool } from './search-tools.ts';

/** A tool to call, and the part of the text that speaks of it. */
export interface Step {
  readonly tool: OfflineTool;
  readonly text: string;
  /** Where the words of the tool's name stand in that part. */
  readonly name?: readonly Span[];
  /** The part says "them" or "each": it speaks of what an earlier step finds. */
  readonly needsEarlier: boolean;
}

const EARLIER = /\b(?:them|each|those|these|everyone|everybody|every one|the results?)\b/i;

/**
 * Which tools a text asks for, in its order. Tools that it names are taken, whatever they do. One more is found by
 * search: in the whole text when it names none, else in what stands before the first name; only a read-only one, since a
 * guess must change nothing.
 */
export function planSteps(text: string, tools: readonly OfflineTool[]): Step[] {
  const named = findNamedTools(text, tools);
  const first = named[0];
  const refused = findRefusedTools(text, tools);
  const guessable = tools.filter(
    tool => tool.readOnly && !refused.has(tool.name) && !named.some(one => one.tool === tool),
  );

  const head = first ? text.slice(0, sentenceStart(text, first.start)) : text;
  const guessed = searchTool(head, guessable);
  const steps: Step[] = guessed ? [{ tool: guessed, text: head, needsEarlier: false }] : [];
  for (const [index, one] of named.entries()) {
    // The first part also takes what stands before it, unless another tool has been found for that.
    const from = index > 0 ? one.start : guessed ? sentenceStart(text, one.start) : 0;
    const part = text.slice(from, named[index + 1]?.start);
    steps.push({
      tool: one.tool,
      text: part,
      name: one.words.map(word => ({ start: word.start - from, end: word.end - from })),
      needsEarlier: steps.length > 0 && EARLIER.test(part),
    });
  }
  return steps;
}

/** Where the clause that holds this place begins: "find X and send Y" is two. */
function sentenceStart(text: string, place: number): number {
  const before = text.slice(0, place);
  const starts = [...before.matchAll(/[.!?;\n]\s+|,?\s+(?:and\s+)?then\s+|,?\s+and\s+|,\s+/gi)];
  const last = starts.at(-1);
  return last ? last.index + last[0].length : 0;
}
