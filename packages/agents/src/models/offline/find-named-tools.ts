import type { OfflineTool } from './offline-tool.ts';
import type { Span } from './scan.ts';
import { escapePattern, findWords, singular, splitName } from './words.ts';

/** A tool that the text names, and where. */
interface NamedTool {
  readonly tool: OfflineTool;
  readonly start: number;
  readonly end: number;
  /** The words of the name one by one: "create a high priority ticket" also says a priority. */
  readonly words: readonly Span[];
}

const MAX_GAP = 3;

/** Words after which something else is meant: "delete the message of a user" does not name `delete_user`. */
const BREAKS = new Set(
  'of from for to in on at by with without about into and or but nor not than as if when while because that which who'.split(
    ' ',
  ),
);

const REFUSED =
  /\b(?:not|never|without|avoid|instead of|do not|don['’]?t|can['’]?t|cannot|shouldn['’]?t|mustn['’]?t|won['’]?t|no need to)\b/i;
const ASKED_ABOUT =
  /\b(?:how (?:do|does|can|could|would|should|to)|what (?:does|is|are)|explain|describe|tell me about|why|did you|have you|has anyone|who can)\b/i;

/**
 * The tools that a text names, in the order of the text. A tool is named when its name stands there as it is, or when
 * the words of its name stand there in order, in one clause, with at most three other words between two of them and
 * none of those a preposition or conjunction: "create ticket", "create-ticket", "create a new ticket" name
 * `create_ticket`. "Do not create a ticket" and "how do I create a ticket" do not.
 */
export function findNamedTools(text: string, tools: readonly OfflineTool[]): NamedTool[] {
  const found = tools.flatMap(tool => {
    const span = findSpan(text, tool.name);
    return span && !isRefused(text, span.start) && !ASKED_ABOUT.test(clauseBefore(text, span.start))
      ? [{ tool, ...span }]
      : [];
  });
  return (
    found
      // "create ticket comment" names that tool and not `create_ticket`.
      .filter(one => !found.some(other => other !== one && covers(other, one)))
      .sort((a, b) => a.start - b.start)
  );
}

/** Tools that the text says are not to be used. */
export function findRefusedTools(text: string, tools: readonly OfflineTool[]): ReadonlySet<string> {
  const refused = tools.filter(tool => {
    const span = findSpan(text, tool.name);
    return span !== undefined && isRefused(text, span.start);
  });
  return new Set(refused.map(tool => tool.name));
}

function covers(a: NamedTool, b: NamedTool): boolean {
  return a.start <= b.start && a.end >= b.end && a.end - a.start > b.end - b.start;
}

function isRefused(text: string, start: number): boolean {
  return REFUSED.test(clauseBefore(text, start));
}

/** What stands before a place in its own clause. */
function clauseBefore(text: string, place: number): string {
  let from = place;
  // Backwards from the place: a pattern that ends in `$` would be tried from every character before it.
  while (from > 0 && !'.!?;:\n,'.includes(text.charAt(from - 1))) from -= 1;
  return text.slice(from, place);
}

function findSpan(text: string, name: string): Omit<NamedTool, 'tool'> | undefined {
  const exact = new RegExp(`(?<![\\w-])${escapePattern(name)}(?![\\w-])`, 'i').exec(text);
  if (exact) {
    const span = { start: exact.index, end: exact.index + name.length };
    return { ...span, words: [span] };
  }

  const wanted = splitName(name).map(singular);
  const words = findWords(text);
  for (const [index, first] of words.entries()) {
    if (singular(first.text) !== wanted[0]) continue;
    const found = [index];
    const complete = wanted.slice(1).every(target => {
      const next = findNext(text, words, found.at(-1) ?? index, target);
      if (next !== undefined) found.push(next);
      return next !== undefined;
    });
    const spans = found.flatMap(at => words[at] ?? []);
    const end = spans.at(-1)?.end;
    if (complete && end !== undefined) return { start: first.start, end, words: spans };
  }
  return undefined;
}

function findNext(
  text: string,
  words: ReturnType<typeof findWords>,
  from: number,
  target: string,
): number | undefined {
  for (let at = from + 1; at <= from + 1 + MAX_GAP; at += 1) {
    const word = words[at];
    const previous = words[at - 1];
    if (!word || !previous) return undefined;
    if (/[.!?;:,\n"“”`]/.test(text.slice(previous.end, word.start))) return undefined;
    if (singular(word.text) === target) return at;
    if (BREAKS.has(word.text)) return undefined;
  }
  return undefined;
}
