import type { RunEvent } from '@tramontane/engine';
import { expect, it } from 'vitest';
import { OPERATOR } from './caller.ts';
import { createHistories } from './histories.ts';
import type { ConversationStore, StoredRun } from './ports.ts';

const caller = { ...OPERATOR, workspace: 'w', user: 'u' };
/** No call here is unanswered. */
const NONE = { settlements: () => Promise.reject(new Error('Nobody asks.')) };
const at = '2026-01-01T00:00:00.000Z';

function runOf(n: number, running = false): StoredRun {
  const event: RunEvent = {
    type: 'run.started',
    at,
    inputs: [
      { kind: 'message.input', id: `m${n}`, createdAt: at, role: 'user', content: 'Hi', prefix: false },
    ],
  };
  return { id: `run_${n}`, running, bytes: 100, events: [event] };
}

/** Conversations that are lists of runs, and a note of every read. */
function openStore(conversations: Record<string, StoredRun[]>) {
  const reads: string[] = [];
  const store: Pick<ConversationStore, 'listRuns'> = {
    async listRuns(by, id, from) {
      reads.push(`${id} from ${from}`);
      return by.user === caller.user ? (conversations[id]?.slice(from) ?? []) : [];
    },
  };
  return { store: store as ConversationStore, reads };
}

const idsOf = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);

it('reads what ended once, and what is under way again', async () => {
  const runs = [runOf(0), runOf(1, true)];
  const { store, reads } = openStore({ c: runs });
  const histories = createHistories(store, NONE);
  expect(await histories.read(caller, 'c')).toMatchObject({ runs: 2, running: true });
  runs[1] = runOf(1);
  runs.push(runOf(2, true));
  expect(idsOf((await histories.read(caller, 'c')).entries)).toEqual(['m0', 'm1', 'm2']);
  expect(idsOf(await histories.before(caller, 'c', 'run_2'))).toEqual(['m0', 'm1']);
  expect(reads).toEqual(['c from 0', 'c from 1', 'c from 2']);
});

it('nothing that is remembered for one caller is found by another', async () => {
  const { store } = openStore({ c: [runOf(0)] });
  const histories = createHistories(store, NONE);
  await histories.read(caller, 'c');
  expect((await histories.read({ ...caller, user: 'other' }, 'c')).entries).toEqual([]);
});

it('forgets the longest unused first, and what is too large at once', async () => {
  const { store, reads } = openStore({ a: [runOf(0)], b: [runOf(0)], big: [0, 1, 2].map(n => runOf(n)) });
  const histories = createHistories(store, NONE, 250);
  for (const id of ['a', 'b', 'a', 'big', 'a', 'b', 'big']) await histories.read(caller, id);
  expect(reads.slice(3)).toEqual(['big from 0', 'a from 1', 'b from 1', 'big from 0']);
  const small = createHistories(store, NONE, 150);
  reads.length = 0;
  for (const id of ['a', 'b', 'a']) await small.read(caller, id);
  expect(reads).toEqual(['a from 0', 'b from 0', 'a from 0']);
  histories.forget(caller, 'a');
  reads.length = 0;
  await histories.read(caller, 'a');
  expect(reads).toEqual(['a from 0']);
});
