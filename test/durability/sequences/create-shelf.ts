import { isDeepStrictEqual } from 'node:util';
import { record, records, text, type Json } from '../../api/shapes.ts';
import { checkHistory } from './check-effects.ts';
import type { Known } from './operation.ts';
import type { Stand } from './open-stand.ts';

/** The conversations of a sequence: those that are there, and those that were deleted. */
export interface Shelf {
  readonly known: () => readonly Known[];
  readonly deleted: () => readonly string[];
  put(conversation: Known): void;
  /** From here on it must be gone. */
  takeAway(id: string): void;
  /** The history, read twice; `undefined` when there is no such conversation. */
  read(id: string): Promise<readonly Json[] | undefined>;
  /** The conversation that was made with this tag. */
  find(tag: string): Promise<string | undefined>;
  /** What differs from what is known. */
  check(): Promise<string[]>;
}

export function createShelf({ client, effects }: Stand): Shelf {
  const known = new Map<string, Known>();
  const deleted = new Set<string>();
  const read = async (id: string) => {
    const [first, second] = [await history(id), await history(id)];
    if (!isDeepStrictEqual(first, second)) throw new Error(`Two readings of ${id} differ.`);
    return first;
  };
  const history = async (id: string) => {
    const answer = await client.send('GET', `/v1/conversations/${id}/history`);
    if (answer?.status === 404) return undefined;
    if (answer?.status !== 200)
      throw new Error(`The history of ${id} is not there: ${JSON.stringify(answer)}.`);
    return records(record(answer.json)['entries']);
  };

  return {
    known: () => [...known.values()],
    deleted: () => [...deleted],
    put: conversation => void known.set(conversation.id, conversation),
    takeAway(id) {
      known.delete(id);
      deleted.add(id);
    },
    read,
    async find(tag) {
      const filter = encodeURIComponent(JSON.stringify({ tag }));
      const answer = await client.send('GET', `/v1/conversations?metadata=${filter}`);
      const [found] = answer?.status === 200 ? records(answer.json) : [];
      return found && text(found['id']);
    },
    async check() {
      const byCall = new Map(
        [...effects.byKey].map(([key, effect]) => [key.slice(key.lastIndexOf(':') + 1), effect]),
      );
      const problems: string[] = [];
      for (const { id, entries } of known.values()) {
        const now = await read(id);
        if (!isDeepStrictEqual(now, entries))
          problems.push(`${id} held ${JSON.stringify(entries)} and now holds ${JSON.stringify(now)}.`);
        problems.push(...checkHistory(entries, byCall).map(problem => `${id}: ${problem}`));
      }
      for (const id of deleted) if (await read(id)) problems.push(`${id} was deleted and is there.`);
      return problems;
    },
  };
}
