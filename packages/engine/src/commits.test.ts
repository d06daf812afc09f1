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
