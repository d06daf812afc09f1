import { describe, expect, it } from 'vitest';
import type { RunEvent } from '@tramontane/engine';
import { useTestDatabase } from '@tramontane/testkit/database';
import { OPERATOR } from '../core/caller.ts';
import { createId, createUuid } from '../core/ids.ts';
import { OwnershipLost } from '../core/ports.ts';
import type { RunPlan } from '../core/run-plan.ts';
import { createConversationStore } from './conversation-store.ts';
import { openDatabase } from './database.ts';
import { createRunStore } from './run-store.ts';

const caller = { ...OPERATOR, workspace: 'w', user: 'u' };
const plan: RunPlan = { model: 'm', instructions: '', tools: [], toolChoice: 'auto', settings: {} };
const first: RunEvent = { type: 'run.started', at: '2026-01-01T00:00:00.000Z', inputs: [] };
const sent = (callId: string): RunEvent => ({ type: 'tool.sent', at: '', callId, key: callId });
const finished: RunEvent = { type: 'run.finished', at: '', end: { reason: 'answered' } };
const target = {
  kind: 'model',
  model: 'm',
  instructions: null,
  tools: [],
  completionArgs: {},
  guardrails: null,
} as const;
const asNew = (id: string) => ({
  id,
  create: { target, name: null, description: null, metadata: null },
  inline: [],
});

const postgres = useTestDatabase(url => openDatabase(url, { onError: () => undefined }));

const stores = () => ({
  runs: createRunStore(postgres.database, createUuid()),
  conversations: createConversationStore(postgres.database.db),
});
const newRun = () => ({ id: createId('run'), plan, first });

async function startRun() {
  const { runs, conversations } = stores();
  const conversationId = createId('conversation');
  const run = { ...newRun(), caller };
  expect(await runs.start(caller, run, asNew(conversationId))).toBe('started');
  return { runs, conversations, conversationId, run };
}

describe('start', () => {
  it('writes conversation, run and first event together', async () => {
    const { runs, conversations, conversationId, run } = await startRun();
    expect(await runs.load(run.id)).toEqual({
      id: run.id,
      caller,
      cancelRequested: false,
      conversationId,
      plan,
      events: [first],
    });
    expect(await conversations.listRuns(caller, conversationId, 0)).toEqual([
      { id: run.id, running: true, bytes: JSON.stringify(first).length, events: [first] },
    ]);
  });

  it('is busy while a run is under way, and when another run came in between', async () => {
    const { runs, conversationId, run } = await startRun();
    expect(await runs.start(caller, newRun(), { id: conversationId, runsSeen: 1 })).toBe('busy');
    await runs.append(run, 1, [finished]);
    expect(await runs.start(caller, newRun(), { id: conversationId, runsSeen: 0 })).toBe('busy');
    expect(await runs.start(caller, newRun(), { id: conversationId, runsSeen: 1 })).toBe('started');
  });

  it('leaves nothing behind when it is busy', async () => {
    const { runs, conversations, conversationId } = await startRun();
    const late = newRun();
    await runs.start(caller, late, { id: conversationId, runsSeen: 1 });
    expect(await runs.load(late.id)).toBeUndefined();
    expect(await conversations.listRuns(caller, conversationId, 0)).toHaveLength(1);
  });

  it('of many at once lets one through', async () => {
    const { runs, conversations, conversationId, run } = await startRun();
    await runs.append(run, 1, [finished]);
    const other = createRunStore(postgres.database, createUuid());
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 ? runs : other).start(caller, newRun(), { id: conversationId, runsSeen: 1 }),
      ),
    );
    expect(answers.toSorted()).toEqual([...Array.from({ length: 7 }, () => 'busy'), 'started']);
    expect(await conversations.listRuns(caller, conversationId, 0)).toHaveLength(2);
  });

  it.each([
    ['deleted', { ...OPERATOR, workspace: 'w', user: 'u' }, true],
    ["another user's", { ...OPERATOR, workspace: 'w', user: 'v' }, false],
    ["another workspace's", { ...OPERATOR, workspace: 'x', user: 'u' }, false],
  ])('is gone for a conversation that is %s', async (_name, who, removed) => {
    const { runs, conversations, conversationId, run } = await startRun();
    await runs.append(run, 1, [finished]);
    if (removed) expect(await conversations.remove(caller, conversationId)).toEqual([]);
    expect(await runs.start(who, newRun(), { id: conversationId, runsSeen: 1 })).toBe('gone');
  });
});

describe('append', () => {
  it('lets one owner write a position; the other one has lost the run', async () => {
    const { runs, run } = await startRun();
    const other = createRunStore(postgres.database, createUuid());
    const results = await Promise.allSettled([
      runs.append(run, 1, [sent('a'), sent('b')]),
      other.append(run, 1, [sent('c')]),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const lost = results.find(result => result.status === 'rejected');
    expect(lost?.reason).toBeInstanceOf(OwnershipLost);
    const won = results[0].status === 'fulfilled' ? [sent('a'), sent('b')] : [sent('c')];
    expect((await runs.load(run.id))?.events).toEqual([first, ...won]);
  });

  it('writes all of its events or none', async () => {
    const { runs, run } = await startRun();
    await runs.append(run, 2, [sent('later')]);
    await expect(runs.append(run, 1, [sent('a'), sent('b')])).rejects.toThrow(OwnershipLost);
    expect((await runs.load(run.id))?.events).toEqual([first, sent('later')]);
  });

  it('ends a run with its last event, or not at all', async () => {
    const { runs, conversations, conversationId, run } = await startRun();
    await runs.append(run, 1, [sent('a')]);
    await expect(runs.append(run, 1, [finished])).rejects.toThrow(OwnershipLost);
    expect(await conversations.listRuns(caller, conversationId, 0)).toMatchObject([{ running: true }]);
    await runs.append(run, 2, [sent('b'), finished]);
    expect(await conversations.listRuns(caller, conversationId, 0)).toEqual([
      {
        id: run.id,
        running: false,
        bytes: expect.any(Number) as number,
        events: [first, sent('a'), sent('b'), finished],
      },
    ]);
  });

  it.each([
    ['an event', sent('a')],
    ['the end', finished],
  ])('of %s to a deleted conversation says that the run is lost', async (_name, event) => {
    const { runs, conversations, conversationId, run } = await startRun();
    await conversations.remove(caller, conversationId);
    await expect(runs.append(run, 1, [event])).rejects.toThrow(OwnershipLost);
    expect(await runs.load(run.id)).toBeUndefined();
    expect(await runs.eventsSince(caller, run.id, 0)).toBeUndefined();
  });

  it('keeps every text as it came', async () => {
    const { runs, run } = await startRun();
    const odd = sent('\0 \ud800 \u{1f32c} "\\ 你好');
    await runs.append(run, 1, [odd]);
    expect((await runs.load(run.id))?.events[1]).toEqual(odd);
  });
});

it('shows events from a position on, to their owner only', async () => {
  const { runs, run } = await startRun();
  await runs.append(run, 1, [sent('a'), sent('b')]);
  expect(await runs.eventsSince(caller, run.id, 1)).toEqual([sent('a'), sent('b')]);
  expect(await runs.eventsSince(caller, run.id, 3)).toEqual([]);
  expect(await runs.eventsSince({ ...OPERATOR, workspace: 'w', user: 'v' }, run.id, 0)).toBeUndefined();
});
