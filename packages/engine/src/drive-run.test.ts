import { describe, expect, it } from 'vitest';
import { answer, createScriptedPorts, driveOptions, RESUMED, START } from './drive-run.fixture.ts';
import { driveRun } from './drive-run.ts';
import type { RunEvent } from './events.ts';
import { ModelFailure } from './model.ts';

const types = (log: readonly RunEvent[]) => log.map(({ type }) => type);
const outcomes = (log: readonly RunEvent[]) =>
  log.flatMap(event => (event.type === 'tool.answered' ? [event.outcome] : []));

it('text only', async () => {
  const { ports, log } = createScriptedPorts(() => answer([], 'Hello.'));
  expect(await driveRun(log, ports, driveOptions())).toEqual({ reason: 'answered' });
  expect(types(log)).toEqual(['run.started', 'model.answered', 'run.finished']);
});

it('an answer without words and calls is still a message', async () => {
  const { ports, log } = createScriptedPorts(() => answer([]));
  await driveRun(log, ports, driveOptions());
  expect(log[1]).toMatchObject({ message: { content: '' } });
});

it('calls of one answer go out together, never more than the limit, each written down before it leaves', async () => {
  let under = 0;
  let most = 0;
  const scripted = createScriptedPorts(
    answers =>
      answers === 0 ? answer([['read'], ['book'], ['send'], ['read'], ['book']]) : answer([], 'Done.'),
    {
      callTool: async call => {
        expect(types(log)).toContain('tool.sent');
        expect(log).toContainEqual(
          expect.objectContaining({ type: 'tool.sent', callId: call.callId, key: `run:${call.callId}` }),
        );
        most = Math.max(most, (under += 1));
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
        under -= 1;
        return { status: 'done', isError: false, content: [] };
      },
    },
  );
  const { ports, log } = scripted;
  await driveRun(log, ports, driveOptions({ maxParallelCalls: 3 }));
  expect(most).toBe(3);
  expect(types(log).filter(type => type === 'tool.answered')).toHaveLength(5);
  expect(types(log).slice(0, 2)).toEqual(['run.started', 'model.answered']);
  expect(scripted.batches.some(size => size > 1)).toBe(true);
});

it("the server's calls are answered before the caller is asked for the rest", async () => {
  const { ports, log, world } = createScriptedPorts(() => answer([['ask'], ['read']]));
  expect(await driveRun(log, ports, driveOptions())).toEqual({ reason: 'awaiting_caller' });
  expect(types(log)).toEqual(['run.started', 'model.answered', 'tool.sent', 'tool.answered', 'run.finished']);
  expect(world.byKey.size).toBe(1);
});

it.each([
  ['nobody', '{}', 'unknown_tool'],
  ['read', '{"a":', 'invalid_arguments'],
  ['read', '[1]', 'invalid_arguments'],
  ['read', 'null', 'invalid_arguments'],
])('a call of %s with %s is answered as %s and never sent', async (name, args, code) => {
  const { ports, log, world } = createScriptedPorts(answers =>
    answers === 0 ? answer([[name, args]]) : answer([], 'Sorry.'),
  );
  expect(await driveRun(log, ports, driveOptions())).toEqual({ reason: 'answered' });
  expect(outcomes(log)).toMatchObject([{ status: 'failed', isError: true, code }]);
  expect(types(log)).not.toContain('tool.sent');
  expect(world.byKey.size).toBe(0);
});

it('empty arguments are none', async () => {
  const { ports, log } = createScriptedPorts(answers =>
    answers === 0 ? answer([['read', ' ']]) : answer([], 'Ok.'),
  );
  await driveRun(log, ports, driveOptions());
  expect(outcomes(log)).toMatchObject([{ status: 'done' }]);
});

it('the last answer is asked for without tools; a model that wants more fails the run', async () => {
  const { ports, log, requests } = createScriptedPorts(() => answer([['read']]));
  expect(await driveRun(log, ports, driveOptions({ maxAnswers: 3 }))).toMatchObject({
    reason: 'failed',
    failure: { code: 'step_limit' },
  });
  expect(requests.map(({ toolChoice }) => toolChoice)).toEqual(['auto', 'auto', 'none']);
  expect(types(log).at(-1)).toBe('run.finished');
});

it('a forced tool choice holds for the first answer only', async () => {
  const { ports, log, requests } = createScriptedPorts(
    answers => (answers === 0 ? answer([['read']]) : answer([], 'Ok.')),
    { toolChoice: 'required' },
  );
  await driveRun(log, ports, driveOptions());
  expect(requests.map(({ toolChoice }) => toolChoice)).toEqual(['required', 'auto']);
});

it('a model that fails ends the run and keeps what was done', async () => {
  const { ports, log } = createScriptedPorts(answers => {
    if (answers === 1) throw new ModelFailure('model_rate_limited', 'Too many.', { status: 429 });
    return answer([['send']]);
  });
  expect(await driveRun(log, ports, driveOptions())).toEqual({
    reason: 'failed',
    failure: { code: 'model_rate_limited', message: 'Too many.', status: 429 },
  });
  expect(outcomes(log)).toMatchObject([{ status: 'done' }]);
});

it('an error nobody foresaw is thrown, after every call has ended', async () => {
  let ended = 0;
  const { ports, log } = createScriptedPorts(() => answer([['read'], ['book']]), {
    callTool: async call => {
      if (call.name === 'read') throw new TypeError('a bug');
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      ended += 1;
      return { status: 'done', isError: false, content: [] };
    },
  });
  await expect(driveRun(log, ports, driveOptions())).rejects.toThrow('a bug');
  expect(ended).toBe(1);
});

describe('cancelled', () => {
  it('before anything', async () => {
    const { ports, log, requests } = createScriptedPorts(() => answer([], 'Hello.'));
    expect(await driveRun(log, ports, driveOptions({ signal: AbortSignal.abort() }))).toEqual({
      reason: 'cancelled',
    });
    expect(types(log)).toEqual(['run.started', 'run.finished']);
    expect(requests).toEqual([]);
  });

  it('while the model speaks', async () => {
    const stop = new AbortController();
    const { ports, log } = createScriptedPorts(() => {
      stop.abort();
      throw stop.signal.reason;
    });
    expect(await driveRun(log, ports, driveOptions({ signal: stop.signal }))).toEqual({
      reason: 'cancelled',
    });
    expect(types(log)).toEqual(['run.started', 'run.finished']);
  });

  it('before its calls left: each is answered as not sent', async () => {
    const stop = new AbortController();
    const { ports, log, world } = createScriptedPorts(() => {
      stop.abort();
      return answer([['send'], ['book']]);
    });
    await driveRun(log, ports, driveOptions({ signal: stop.signal }));
    expect(outcomes(log)).toMatchObject([
      { status: 'failed', code: 'cancelled' },
      { status: 'failed', code: 'cancelled' },
    ]);
    expect(world.byKey.size).toBe(0);
  });

  it('while a call is under way: it says what it knows, and those that wait do not leave', async () => {
    const stop = new AbortController();
    const { ports, log } = createScriptedPorts(() => answer([['send'], ['book']]), {
      callTool: async () => {
        stop.abort();
        return { status: 'unknown', isError: true, content: [] };
      },
    });
    expect(await driveRun(log, ports, driveOptions({ signal: stop.signal, maxParallelCalls: 1 }))).toEqual({
      reason: 'cancelled',
    });
    expect(outcomes(log).map(({ status }) => status)).toEqual(['unknown', 'failed']);
    expect(types(log).filter(type => type === 'tool.sent')).toHaveLength(1);
  });

  it('at once after a takeover: a call that had left does not end as one that was never sent', async () => {
    const first = createScriptedPorts(() => answer([['book']]), { callTool: () => new Promise(() => {}) });
    void driveRun(first.log, first.ports, driveOptions());
    while (!types(first.log).includes('tool.sent')) await Promise.resolve();
    const next = createScriptedPorts(() => answer([]), { log: [...first.log, RESUMED] });
    await driveRun(next.log, next.ports, driveOptions({ signal: AbortSignal.abort() }));
    expect(outcomes(next.log)).toMatchObject([{ status: 'unknown' }]);
  });
});

it('a run that has ended is left as it is', async () => {
  const end = { reason: 'awaiting_caller' } as const;
  const { ports, log, batches } = createScriptedPorts(() => answer([], 'No.'), {
    log: [START, { type: 'run.finished', at: '', end }],
  });
  expect(await driveRun(log, ports, driveOptions())).toEqual(end);
  expect(batches).toEqual([]);
});
