import { expect, it } from 'vitest';
import { answer, createScriptedPorts, driveOptions, TARGETS } from './drive-run.fixture.ts';
import { driveRun } from './drive-run.ts';
import type { RunDelta, RunEvent } from './events.ts';
import { foldEntries } from './fold-entries.ts';
import type { ContentDelta, ModelAnswer } from './model.ts';

const piece = (call: number, name: string, text: string): ContentDelta => ({
  kind: 'call',
  call,
  name,
  text,
});
const word = (text: string): ContentDelta => ({ kind: 'text', text });
const calls = (...given: readonly (readonly [name: string, args: string, call?: number])[]) =>
  given.map(([name, args, call]) => ({ name, arguments: args, ...(call !== undefined && { call }) }));

/** A run whose first answer says these deltas and then is this one; the second one says "Done.". */
async function hear(
  deltas: readonly ContentDelta[],
  first: Partial<ModelAnswer>,
  options: Parameters<typeof createScriptedPorts>[1] & { readonly maxAnswers?: number } = {},
) {
  const told: RunDelta[] = [];
  const scripted = createScriptedPorts(() => answer([]), {
    ...options,
    callModel: async (_request, { onDelta }) => {
      if (log.some(({ type }) => type === 'model.answered')) return answer([], 'Done.');
      // Words are heard once what they answer is written down.
      await new Promise(setImmediate);
      for (const delta of deltas) onDelta(delta);
      return { ...answer([]), ...first };
    },
  });
  const { log } = scripted;
  const ports = { ...scripted.ports, onDelta: (delta: RunDelta) => void told.push(delta) };
  const { maxAnswers = 10 } = options;
  await driveRun(log, ports, driveOptions({ maxAnswers }));
  const answered = log.find(event => event.type === 'model.answered');
  return { told, log, answered };
}

/** What was told, as `entry text`. */
const lines = (told: readonly RunDelta[]) => told.map(({ entryId, text }) => `${entryId} ${text}`);
const idsOf = (event: (RunEvent & { type: 'model.answered' }) | undefined) =>
  event?.calls.map(({ entryId, callId }) => [entryId, callId]);

it('a call that is told early is the call of the answer', async () => {
  const { told, answered, log } = await hear(
    [piece(0, 'read', '{"a"'), piece(1, 'book', '{'), piece(0, 'read', ':1}'), piece(1, 'book', '}')],
    { calls: calls(['read', '{"a":1}', 0], ['book', '{}', 1]) },
  );
  const of = told.flatMap(delta => (delta.type === 'call.delta' ? [delta] : []));
  const [read, book] = answered?.calls ?? [];
  expect(lines(told)).toEqual([
    `${read?.entryId} {"a"`,
    `${book?.entryId} {`,
    `${read?.entryId} :1}`,
    `${book?.entryId} }`,
  ]);
  expect(of[0]).toMatchObject({ callId: read?.callId, name: 'read', target: TARGETS['read'], model: 'm' });
  expect(read).toMatchObject({ name: 'read', arguments: '{"a":1}', target: TARGETS['read'] });
  expect(answered?.calls.some(call => 'call' in call)).toBe(false);
  expect(log.flatMap(event => (event.type === 'tool.answered' ? [event.outcome.status] : []))).toEqual([
    'done',
    'done',
  ]);
});

it.each([
  ["a function of the caller's", 'ask', undefined],
  ['a tool that a person has to allow', 'send', { confirmation: { definition: 'd' } }],
  ['a tool that nobody has', 'nobody', undefined],
  ['a handoff', 'next', { target: { kind: 'handoff', agentId: 'a' } as const }],
])('%s is not told early, and nothing that was begun after it', async (_what, name, route) => {
  const { told, answered } = await hear(
    [
      piece(0, 'read', '{'),
      piece(0, 'read', '}'),
      piece(1, name, '{'),
      piece(1, name, '}'),
      piece(2, 'read', '{'),
      piece(2, 'read', '}'),
    ],
    { calls: calls(['read', '{}', 0], [name, '{}', 1], ['read', '{}', 2]) },
    {
      routeOf: tool =>
        tool === name && route ? { target: TARGETS['send'] ?? { kind: 'none' }, ...route } : undefined,
      handOff: async () => ({ refused: { status: 'failed', isError: true, content: [] } }),
    },
  );
  const [first] = answered?.calls ?? [];
  expect(lines(told)).toEqual([`${first?.entryId} {`, `${first?.entryId} }`]);
  expect(answered?.calls.map(({ arguments: args }) => args)).toEqual(['{}', '{}', '{}']);
});

it('nothing is told of calls of an answer that was asked for without tools', async () => {
  const { told } = await hear([piece(0, 'read', '{'), piece(0, 'read', '}')], {}, { maxAnswers: 1 });
  expect(told).toEqual([]);
});

it('a call that broke off and was asked for again is another one', async () => {
  const { told, answered } = await hear(
    [piece(0, 'read', '{"a"'), piece(1, 'read', '{"a"'), piece(1, 'read', ':1}')],
    { calls: calls(['read', '{"a":1}', 1]) },
  );
  const [broken, ...others] = told.map(({ entryId }) => entryId);
  expect(new Set(others)).toEqual(new Set([answered?.calls[0]?.entryId]));
  expect(others).not.toContain(broken);
});

it('what the answer says otherwise than it was told is another call', async () => {
  const { told, answered } = await hear([piece(0, 'read', '{"a"'), piece(1, 'read', '{')], {
    calls: calls(['read', '{"b":1}', 0], ['book', '{}', 1]),
  });
  const ids = new Set(told.map(({ entryId }) => entryId));
  expect(ids.size).toBe(2);
  for (const call of answered?.calls ?? []) expect(ids).not.toContain(call.entryId);
});

it.each([
  [
    'words first',
    [word('I'), piece(0, 'read', '{'), piece(0, 'read', '}'), piece(1, 'book', '{'), piece(1, 'book', '}')],
    ['message', 'read', 'book'],
  ],
  [
    'a call first',
    [piece(0, 'read', '{'), piece(0, 'read', '}'), word('I'), piece(1, 'book', '{'), piece(1, 'book', '}')],
    ['read', 'message', 'book'],
  ],
  [
    'words last',
    [piece(0, 'read', '{'), piece(1, 'book', '{'), piece(0, 'read', '}'), piece(1, 'book', '}'), word('I')],
    ['read', 'book', 'message'],
  ],
])('entries of the history stand in the order in which they were heard: %s', async (_case, deltas, order) => {
  const { told, log } = await hear(deltas, {
    content: 'I',
    calls: calls(['read', '{}', 0], ['book', '{}', 1]),
  });
  const entries = foldEntries(log).slice(0, 3);
  expect(entries.map(entry => ('name' in entry ? entry.name : 'message'))).toEqual(order);
  expect([...new Set(told.map(({ entryId }) => entryId))]).toEqual(entries.map(({ id }) => id));
});

it('no call is told before that which it answers is written down', async () => {
  const told: RunDelta[] = [];
  let commit = (): void => {};
  const asked = Promise.withResolvers<void>();
  const scripted = createScriptedPorts(() => answer([]), {
    append: (_seq, events) =>
      events.some(({ type }) => type === 'tool.answered') && told.length === 0
        ? new Promise(resolve => (commit = resolve))
        : Promise.resolve(),
    callModel: async (_request, { onDelta }) => {
      const answers = log.filter(({ type }) => type === 'model.answered').length;
      if (answers !== 1) return answer(answers === 0 ? [['read']] : [], 'Done.');
      onDelta(piece(0, 'send', '{'));
      asked.resolve();
      while (told.length === 0) await new Promise(setImmediate);
      onDelta(piece(0, 'send', '}'));
      return { ...answer([]), calls: calls(['send', '{}', 0]) };
    },
  });
  const { log } = scripted;
  const ports = { ...scripted.ports, onDelta: (delta: RunDelta) => void told.push(delta) };
  const run = driveRun(log, ports, driveOptions());
  await asked.promise;
  expect(told).toEqual([]);
  commit();
  expect(await run).toEqual({ reason: 'answered' });
  const sent = log.filter(event => event.type === 'model.answered')[1];
  expect(told.map(({ entryId }) => entryId)).toEqual([sent, sent].map(event => idsOf(event)?.[0]?.[0]));
});
