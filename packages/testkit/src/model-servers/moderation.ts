import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';

/** Scores from 0 to 1 by category; `flagged`: categories that the model takes for violated. */
export interface ModerationVerdict {
  readonly scores: Readonly<Record<string, number>>;
  readonly flagged?: readonly string[];
}

/** The body of an answer to a moderation request, or the status that one of its texts asks for. */
export async function readModeration(
  message: IncomingMessage,
  moderate: (text: string, model: string) => ModerationVerdict | number,
): Promise<object | number> {
  const { model, input } = (await json(message)) as { model: string; input: string | string[] };
  const results: object[] = [];
  for (const text of typeof input === 'string' ? [input] : input) {
    const verdict = moderate(text, model);
    if (typeof verdict === 'number') return verdict;
    const { scores, flagged = [] } = verdict;
    const categories = Object.fromEntries(Object.keys(scores).map(name => [name, flagged.includes(name)]));
    results.push({ categories, category_scores: scores });
  }
  return { id: 'mod-1', model, results };
}
