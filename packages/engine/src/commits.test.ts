import { expect, it } from 'vitest';
import { answer, createScriptedPorts, driveOptions } from './drive-run.fixture.ts';
import { driveRun } from './drive-run.ts';

it('an answer is committed together with what follows from it: the calls that leave, or the end', async () => {
  const { ports, log, batches } = createScriptedPorts(answers =>
    answers < 2 ? answer([['read'], ['book']]) : answer([], 'Done.'),
  );
  await driveRun(log, ports, driveOptions({ maxParallelCalls: 1 }));
  // The answer with the call that leaves at once; what came of it; the next call as it leaves; what came of that.
  expect(batches).toEqual([2, 1, 1, 1, 2, 1, 1, 1, 2]);
});

it('the model is asked while the answer it reads is being committed, and nobody hears a word before it is', async () => {
  const heard: string[] = [];
  let commit = (): void => {};
  const asked = Promise.withResolvers<void>();
  const scripted = createScriptedPorts(() => answer([]), {
    append: (_seq, events) => {
      if (!events.some(({ type }) => type === 'tool.answered')) return Promise.resolve();
      return new Promise(resolve => (commit = resolve));
    },
    callModel: async (_request, { onDelta }) => {
      if (scripted.log.length === 1) return answer([['read']]);
      onDelta({ kind: 'text', text: 'Do' });
      asked.resolve();
      while (heard.length === 0) await new Promise(setImmediate);
      onDelta({ kind: 'text', text: 'ne.' });
      return answer([], 'Done.');
    },
  });
  const { log } = scripted;
  const ports = {
    ...scripted.ports,
    onDelta: (delta: object) => {
      expect(log.at(-1)?.type).toBe('tool.answered');
      heard.push(JSON.stringify(delta));
    },
  };
  const run = driveRun(log, ports, driveOptions());
  await asked.promise;
  expect(heard).toEqual([]);
  commit();
  expect(await run).toEqual({ reason: 'answered' });
  expect(heard).toHaveLength(2);
});

it('a run whose answer of a tool could not be committed is over, and not a word of what came of it is heard', async () => {
  const stop = new AbortController();
  let heard = 0;
  const scripted = createScriptedPorts(() => answer([]), {
    append: async (_seq, events) => {
      if (!events.some(({ type }) => type === 'tool.answered')) return;
      stop.abort(new Error('no disk'));
      throw new Error('no disk');
    },
    callModel: async (_request, { onDelta, signal }) => {
      if (scripted.log.length === 1) return answer([['send']]);
      onDelta({ kind: 'text', text: 'Sent.' });
      signal.throwIfAborted();
      return answer([], 'Sent.');
    },
  });
  const ports = { ...scripted.ports, onDelta: () => (heard += 1) };
  await expect(driveRun(scripted.log, ports, driveOptions({ signal: stop.signal }))).rejects.toThrow(
    'no disk',
  );
  expect(heard).toBe(0);
  expect(scripted.log.map(({ type }) => type)).toEqual(['run.started', 'model.answered', 'tool.sent']);
});

it('words that were still held when their answer was whole are said by the answer alone', async () => {
  const told: string[] = [];
  const gates: (() => void)[] = [];
  const scripted = createScriptedPorts(() => answer([]), {
    append: async (_seq, events) => {
      // The second call leaves while the answer of the first one waits for it, and the model is asked meanwhile.
      if (events.some(({ type }) => type === 'tool.answered'))
        await new Promise<void>(resolve => gates.push(resolve));
      told.push(...events.map(({ type }) => type));
    },
    callModel: async (_request, { onDelta }) => {
      if (scripted.log.length === 1) return answer([['read'], ['book']]);
      onDelta({ kind: 'text', text: 'Done.' });
      setImmediate(() => setInterval(() => gates.shift()?.(), 1).unref());
      return answer([], 'Done.');
    },
    callTool: async call => {
      // Later than the other one, whose answer is being committed by then.
      if (call.name === 'book') await new Promise(setImmediate);
      return { status: 'done', isError: false, content: [] };
    },
  });
  const ports = { ...scripted.ports, onDelta: () => void told.push('delta') };
  await driveRun(scripted.log, ports, driveOptions());
  expect(scripted.batches).toEqual([3, 1, 3]);
  expect(told).not.toContain('delta');
  expect(told.at(-1)).toBe('run.finished');
});

it.each([1, 4])(
  'a call that was cancelled before it left did not run, with %i at once',
  async maxParallelCalls => {
    const stop = new AbortController();
    const scripted = createScriptedPorts(() => answer([['send'], ['read']]), {
      append: async (_seq, events) => {
        if (events.some(({ type }) => type === 'tool.sent')) stop.abort(new Error('cancelled'));
      },
    });
    const { ports, log, world } = scripted;
    const end = await driveRun(log, ports, driveOptions({ maxParallelCalls, signal: stop.signal }));
    expect(end).toEqual({ reason: 'cancelled' });
    expect(world.byKey.size).toBe(0);
    const outcomes = log.flatMap(event => (event.type === 'tool.answered' ? [event.outcome] : []));
    expect(outcomes).toHaveLength(2);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'failed', code: 'cancelled' });
  },
);
