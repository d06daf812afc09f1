import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { CallModel, RunEvent, ToolCall } from '@tramontane/engine';
import { useTestDatabase } from '@tramontane/testkit/database';
import { createConnectorStore } from '../store/connector-store.ts';
import { createConversationStore } from '../store/conversation-store.ts';
import { openDatabase } from '../store/database.ts';
import { createRunStore } from '../store/run-store.ts';
import { createUnansweredCallStore } from '../store/unanswered-call-store.ts';
import { OPERATOR } from './caller.ts';
import { createConnectorVault } from './connector-vault.ts';
import { createGuardrails } from './guardrails.ts';
import { createHistories } from './histories.ts';
import { createCallId, createId, createUuid } from './ids.ts';
import type { CarriedRun } from './carry-run.ts';
import { OwnershipLost, type OwnedRun, type RunStore } from './ports.ts';
import type { RunPlan } from './run-plan.ts';
import { openRuns, type Runs, type RunsPorts } from './runs.ts';
import { createSecretBox } from './secret-box.ts';

const caller = { ...OPERATOR, workspace: 'w', user: 'u' };
const plan: RunPlan = { model: 'm', instructions: '', tools: [], toolChoice: 'auto', settings: {} };
const at = '2026-01-01T00:00:00.000Z';
const first: RunEvent = { type: 'run.started', at, inputs: [] };
const target = {
  kind: 'model',
  model: 'm',
  instructions: null,
  tools: [],
  completionArgs: {},
  guardrails: null,
} as const;
const says: CallModel = async () => ({
  content: 'Hello.',
  calls: [],
  usage: { promptTokens: 1, completionTokens: 1 },
  finish: 'stop',
});

const postgres = useTestDatabase(url => openDatabase(url, { onError: () => undefined }));

function openProcess(options: { callModel?: CallModel; store?: (store: RunStore) => RunStore } = {}) {
  const real = createRunStore(postgres.database, createUuid());
  const store = options.store?.(real) ?? real;
  const onError = vi.fn<RunsPorts['onError']>();
  const none = () => Promise.reject(new Error('These runs have no tools.'));
  const runs = openRuns({
    connectors: createConnectorStore(postgres.database.db),
    vault: createConnectorVault(createSecretBox(['secret-key-of-this-test'])),
    // No plan here names a tool, so nothing asks this.
    servers: { list: none, call: none, isTrusted: () => false, health: () => undefined },
    callModel: options.callModel ?? says,
    now: () => new Date(at),
    limits: { maxAnswers: 5, maxParallelCalls: 2, maxHandoffs: 3 },
    runs: store,
    histories: createHistories(
      createConversationStore(postgres.database.db),
      createUnansweredCallStore(postgres.database.db),
    ),
    planHandoff: async () => undefined,
    guardrails: createGuardrails({ onFailed: () => undefined }),
    onError,
  });
  return { runs, store, real, onError };
}

/** Writes a run down as far as `events`, carried by nobody. */
async function leaveRun(store: RunStore, events: readonly RunEvent[] = []): Promise<OwnedRun> {
  const id = createId('run');
  const conversation = {
    id: createId('conversation'),
    create: { target, name: null, description: null, metadata: null },
    inline: [],
  };
  await store.start(caller, { id, plan, first }, conversation);
  if (events.length > 0) await store.append({ id, caller }, 1, events);
  return {
    id,
    caller,
    conversationId: conversation.id,
    plan,
    cancelRequested: false,
    events: [first, ...events],
  };
}

async function startRun(runs: Runs, store: RunStore): Promise<string> {
  const run: CarriedRun = { id: createId('run'), caller, plan, history: [], events: [first] };
  const conversation = {
    id: createId('conversation'),
    create: { target, name: null, description: null, metadata: null },
    inline: [],
  };
  await runs.start(run, () => store.start(caller, { id: run.id, plan, first }, conversation));
  return run.id;
}

async function settled(runs: Runs, runId: string): Promise<void> {
  while (runs.isCarried(runId)) await sleep(2);
}

const typesOf = (run: OwnedRun | undefined) => run?.events.map(({ type }) => type);

it('carries a run to its end', async () => {
  const { runs, store } = openProcess();
  const id = await startRun(runs, store);
  await settled(runs, id);
  expect(typesOf(await store.load(id))).toEqual(['run.started', 'model.answered', 'run.finished']);
});

it('writes the new owner down before anything else', async () => {
  const { runs, store } = openProcess();
  const run = await leaveRun(store);
  await runs.resume(run, 'me');
  await settled(runs, run.id);
  expect(typesOf(await store.load(run.id))).toEqual([
    'run.started',
    'run.resumed',
    'model.answered',
    'run.finished',
  ]);
});

it('leaves alone a run that ended while it was looked at', async () => {
  const { runs, store } = openProcess();
  const run = await leaveRun(store, [{ type: 'run.finished', at, end: { reason: 'answered' } }]);
  await runs.resume(run, 'me');
  expect(runs.isCarried(run.id)).toBe(false);
  expect(typesOf(await store.load(run.id))).toEqual(['run.started', 'run.finished']);
});

it('of two that go on with a run at once one carries it', async () => {
  const [a, b] = [openProcess(), openProcess()];
  const run = await leaveRun(a.store);
  const results = await Promise.allSettled([a.runs.resume(run, 'a'), b.runs.resume(run, 'b')]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(results.find(result => result.status === 'rejected')?.reason).toBeInstanceOf(OwnershipLost);
  await Promise.all([settled(a.runs, run.id), settled(b.runs, run.id)]);
  expect(typesOf(await a.store.load(run.id))?.filter(type => type === 'run.finished')).toHaveLength(1);
});

it('stops a run that another process took over, and writes nothing more of it', async () => {
  const asked = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const a = openProcess({
    callModel: async (...given) => {
      asked.resolve();
      await goOn.promise;
      return says(...given);
    },
  });
  const id = await startRun(a.runs, a.store);
  await asked.promise;
  const b = openProcess();
  const left = await b.store.load(id);
  if (left) await b.runs.resume(left, 'b');
  await settled(b.runs, id);
  goOn.resolve();
  await settled(a.runs, id);
  expect(typesOf(await b.store.load(id))).toEqual([
    'run.started',
    'run.resumed',
    'model.answered',
    'run.finished',
  ]);
  expect(a.onError).not.toHaveBeenCalled();
});

it('a run that comes back while the old carrying of it ends stays carried', async () => {
  const goOn = Promise.withResolvers<void>();
  const asked: string[] = [];
  const { runs, store } = openProcess({
    callModel: async (...given) => {
      asked.push('once more');
      await goOn.promise;
      return says(...given);
    },
  });
  const id = await startRun(runs, store);
  while (asked.length < 1) await sleep(2);
  // Taken over and given back: the position after the start is no longer the first carrying's.
  const left = await store.load(id);
  if (left) await runs.resume(left, 'me again');
  while (asked.length < 2) await sleep(2);
  goOn.resolve();
  await settled(runs, id);
  expect(typesOf(await store.load(id))).toEqual([
    'run.started',
    'run.resumed',
    'model.answered',
    'run.finished',
  ]);
});

it('a write that the store could not take leaves the run to be resumed', async () => {
  let failures = 1;
  const { runs, store, real, onError } = openProcess({
    store: whole => ({
      ...whole,
      append: async (...given) => {
        if (failures-- > 0) throw new Error('connection reset');
        await whole.append(...given);
      },
    }),
  });
  const id = await startRun(runs, store);
  await settled(runs, id);
  expect(onError).toHaveBeenCalledOnce();
  const left = await real.load(id);
  expect(typesOf(left)).toEqual(['run.started']);
  if (left) await runs.resume(left, 'me');
  await settled(runs, id);
  expect(typesOf(await real.load(id))).toEqual([
    'run.started',
    'run.resumed',
    'model.answered',
    'run.finished',
  ]);
});

const call: ToolCall = {
  entryId: createId('toolExecution'),
  callId: createCallId(),
  name: 'send',
  arguments: '{}',
  target: { kind: 'connector', connectorId: 'c', connectorName: 'c', tool: 'send', repeatable: true },
};
const asks: RunEvent = {
  type: 'model.answered',
  at,
  startedAt: at,
  answer: 'a',
  model: 'm',
  calls: [call],
  usage: { promptTokens: 1, completionTokens: 1 },
  finish: 'tool_calls',
};
const sent: RunEvent = { type: 'tool.sent', at, callId: call.callId, key: 'k' };

it('an error nobody foresaw ends the run, with the calls that were open answered', async () => {
  const { runs, store, onError } = openProcess({
    callModel: () => Promise.reject(new TypeError('a bug')),
  });
  const id = await startRun(runs, store);
  await settled(runs, id);
  expect(onError).toHaveBeenCalledOnce();
  expect((await store.load(id))?.events.at(-1)).toMatchObject({
    type: 'run.finished',
    end: { reason: 'failed', failure: { code: 'internal_error' } },
  });
});

it('a run that took twenty processes down is ended, and says that its open call may have run', async () => {
  const { runs, store } = openProcess();
  const resumed: RunEvent = { type: 'run.resumed', at, owner: 'o' };
  const run = await leaveRun(store, [asks, sent, ...Array.from({ length: 20 }, () => resumed)]);
  await runs.resume(run, 'me');
  expect(runs.isCarried(run.id)).toBe(false);
  expect((await store.load(run.id))?.events.slice(-2)).toMatchObject([
    { type: 'tool.answered', callId: call.callId, outcome: { status: 'unknown' } },
    { type: 'run.finished', end: { reason: 'failed' } },
  ]);
});

it('a stopping process leaves its runs as they are', async () => {
  const asked = Promise.withResolvers<void>();
  const { runs, store } = openProcess({
    callModel: async (_request, { signal }) => {
      asked.resolve();
      await sleep(60_000, undefined, { signal });
      throw new Error('It was not stopped.');
    },
  });
  const id = await startRun(runs, store);
  await asked.promise;
  await runs.close(0);
  expect(typesOf(await store.load(id))).toEqual(['run.started']);
});

it('tells its readers all of a run, early and late', async () => {
  const goOn = Promise.withResolvers<void>();
  const { runs, store } = openProcess({
    callModel: async (request, options) => {
      await goOn.promise;
      options.onDelta({ kind: 'text', text: 'Hel' });
      return says(request, options);
    },
  });
  const id = await startRun(runs, store);
  const hear = async () => {
    const heard: string[] = [];
    for await (const signal of runs.read(caller, id, new AbortController().signal))
      heard.push('delta' in signal ? signal.delta.text : `${signal.seq} ${signal.event.type}`);
    return heard;
  };
  const early = hear();
  await sleep(0);
  goOn.resolve();
  expect(await early).toEqual(['0 run.started', 'Hel', '1 model.answered', '2 run.finished']);
  await settled(runs, id);
  expect(await hear()).toEqual(['0 run.started', '1 model.answered', '2 run.finished']);
});

/** A model that waits until it is stopped; with `deaf`, not even then. */
function waitingModel(deaf: boolean) {
  const asked = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const callModel: CallModel = async (request, options) => {
    options.signal.addEventListener('abort', () => stopped.resolve());
    asked.resolve();
    await (deaf ? goOn.promise : stopped.promise);
    options.signal.throwIfAborted();
    return says(request, options);
  };
  return { callModel, asked: asked.promise, stopped: stopped.promise, goOn: goOn.resolve };
}

it.each([false, true])(
  'stops a run whose conversation is gone; what it waits for is deaf: %s',
  async deaf => {
    const model = waitingModel(deaf);
    const { runs, store, onError } = openProcess({ callModel: model.callModel });
    const id = await startRun(runs, store);
    const reader = runs.read(caller, id, new AbortController().signal);
    expect((await reader.next()).value).toMatchObject({ seq: 0 });
    await model.asked;
    const left = await store.load(id);
    const conversations = createConversationStore(postgres.database.db);
    expect(await conversations.remove(caller, left?.conversationId ?? '')).toEqual([id]);
    runs.stop(id);
    await model.stopped;
    await expect(reader.next()).rejects.toMatchObject({ code: 'not_found' });
    model.goOn();
    await settled(runs, id);
    expect(onError).not.toHaveBeenCalled();
  },
);

it('does not carry a run that was stopped while it was written down', async () => {
  const callModel = vi.fn<CallModel>(says);
  const { runs, store, onError } = openProcess({ callModel });
  const run: CarriedRun = { id: createId('run'), caller, plan, history: [], events: [first] };
  const conversation = {
    id: createId('conversation'),
    create: { target, name: null, description: null, metadata: null },
    inline: [],
  };
  await runs.start(run, async () => {
    const answer = await store.start(caller, { id: run.id, plan, first }, conversation);
    await createConversationStore(postgres.database.db).remove(caller, conversation.id);
    runs.stop(run.id);
    return answer;
  });
  await settled(runs, run.id);
  expect(callModel).not.toHaveBeenCalled();
  expect(onError).not.toHaveBeenCalled();
});

it('stopping a run that is carried nowhere does nothing', () => {
  const { runs } = openProcess();
  expect(() => runs.stop(createId('run'))).not.toThrow();
});
