import { describe, expect, it } from 'vitest';
import type { CallFailed, CallOutcome, GuardedCall } from '../guard.ts';
import { createOnce } from './create-once.ts';
import { createMemoryOnceStore } from './memory-once-store.ts';
import { createCall, quiet, toResult, WRITE } from '../call.fixture.ts';

/** Runs calls through the guard, and counts those that reach the tool. */
function openTool(work: (call: GuardedCall) => Promise<CallOutcome> | CallOutcome, waitMs?: number) {
  const guard = createOnce({ log: quiet, ...(waitMs !== undefined && { waitMs }) });
  let runs = 0;
  return {
    runs: () => runs,
    send: async (changes: Partial<GuardedCall> = {}): Promise<CallOutcome | undefined> => {
      const call = createCall(changes);
      return guard.call?.(call, () => {
        runs += 1;
        return work(call);
      });
    },
  };
}

const whyOf = (outcome: CallOutcome | undefined): unknown =>
  (outcome as CallFailed).meta?.['io.tramontane/once'];

describe('createOnce', () => {
  it('gives the first result again for the same key and arguments, in any order of their fields', async () => {
    const tool = openTool(() => toResult(`run ${tool.runs()}`));
    const first = await tool.send({ args: { to: 'anna', deep: { a: 1, b: 2 } } });
    expect(await tool.send({ args: { deep: { b: 2, a: 1 }, to: 'anna' } })).toEqual(first);
    expect(tool.runs()).toBe(1);
  });

  it('lets the second wait for the first, and both have its result', async () => {
    const gate = Promise.withResolvers<CallOutcome>();
    const tool = openTool(() => gate.promise);
    const calls = [tool.send(), tool.send(), tool.send()];
    gate.resolve(toResult('sent'));
    expect(await Promise.all(calls)).toEqual([toResult('sent'), toResult('sent'), toResult('sent')]);
    expect(tool.runs()).toBe(1);
  });

  it('does not wait longer than its limit, nor for a caller that has gone', async () => {
    const gate = Promise.withResolvers<CallOutcome>();
    const tool = openTool(() => gate.promise, 20);
    const first = tool.send();
    expect(whyOf(await tool.send())).toBe('still_running');
    expect(whyOf(await tool.send({ signal: AbortSignal.abort() }))).toBe('still_running');
    gate.resolve(toResult('sent'));
    expect(await first).toEqual(toResult('sent'));
    expect(await tool.send()).toEqual(toResult('sent'));
  });

  it('refuses the key for other arguments', async () => {
    const tool = openTool(() => toResult('sent'));
    await tool.send();
    const refused = await tool.send({ args: { to: 'berta' } });
    expect(refused).toMatchObject({ kind: 'failed', failure: 'refused' });
    expect(whyOf(refused)).toBe('other_arguments');
    expect(tool.runs()).toBe(1);
  });

  it('keeps keys apart by caller and by tool', async () => {
    const tool = openTool(() => toResult('sent'));
    await tool.send();
    await tool.send({ caller: { subject: 'you', fingerprint: 'f' } });
    await tool.send({ tool: { ...WRITE, name: 'delete' } });
    expect(tool.runs()).toBe(3);
  });

  it.each<[string, Partial<GuardedCall>]>([
    ['without a key', { idempotencyKey: undefined }],
    ['of a tool that only reads', { tool: { ...WRITE, annotations: { readOnlyHint: true } } }],
  ])('leaves a call %s alone', async (_which, changes) => {
    const tool = openTool(() => toResult('done'));
    await tool.send(changes);
    await tool.send(changes);
    expect(tool.runs()).toBe(2);
  });

  it.each(['invalid_arguments', 'refused', 'capability_missing'])(
    'frees the key of a call that ended with %s before its tool ran',
    async failure => {
      const tool = openTool(() =>
        tool.runs() === 1 ? { kind: 'failed', failure, message: 'no' } : toResult('sent'),
      );
      await tool.send();
      expect(await tool.send()).toEqual(toResult('sent'));
    },
  );

  it.each(['tool_failed', 'timed_out', 'internal'])('keeps that a call ended with %s', async failure => {
    const tool = openTool(() => ({ kind: 'failed', failure, message: 'no' }));
    await tool.send();
    expect(await tool.send()).toMatchObject({ failure });
    expect(tool.runs()).toBe(1);
  });

  it('does not run again what was stopped on its way, and says so', async () => {
    const tool = openTool(() => ({ kind: 'failed', failure: 'aborted', message: 'stopped' }));
    await tool.send();
    expect(whyOf(await tool.send())).toBe('lost');
    expect(tool.runs()).toBe(1);
  });

  it('refuses a key that is too long', async () => {
    const tool = openTool(() => toResult('sent'));
    expect(whyOf(await tool.send({ idempotencyKey: 'k'.repeat(256) }))).toBe('key_too_long');
    expect(tool.runs()).toBe(0);
  });

  it('keeps of a result that is too long that there was one', async () => {
    const tool = openTool(() => toResult('x'.repeat(1_100_000)));
    expect(await tool.send()).toMatchObject({ kind: 'result' });
    expect(await tool.send()).toMatchObject({ kind: 'failed', failure: 'refused' });
    expect(tool.runs()).toBe(1);
  });

  it('runs nothing when it cannot look a key up', async () => {
    const guard = createOnce({ log: quiet, store: createMemoryOnceStore({ maxKeys: 1 }) });
    let runs = 0;
    const send = (key: string) =>
      guard.call?.(createCall({ idempotencyKey: key }), () => (runs++, toResult('sent')));
    await send('one');
    expect(whyOf(await send('two'))).toBe('unavailable');
    expect(runs).toBe(1);
  });
});

it('the memory forgets a result when its time is over', async () => {
  const store = createMemoryOnceStore({ keepHours: 0, maxKeys: 1 });
  expect(await store.claim('a', 'x')).toEqual({ kind: 'mine' });
  await store.settle('a', 'done');
  expect(await store.claim('a', 'y')).toEqual({ kind: 'mine' });
  await store.settle('a', 'done');
  expect(await store.claim('b', 'x')).toEqual({ kind: 'mine' });
});

describe('a call under a key', () => {
  it('goes on when its caller goes away, and who comes back has its result', async () => {
    const guard = createOnce({ log: quiet });
    const gate = Promise.withResolvers<CallOutcome>();
    const gone = new AbortController();
    let given: AbortSignal | undefined;
    const first = guard.call?.(createCall({ signal: gone.signal }), signal => {
      given = signal;
      return gate.promise;
    });
    gone.abort();
    const second = guard.call?.(createCall(), () => toResult('a second one'));
    gate.resolve(toResult('the first'));
    expect(await second).toEqual(toResult('the first'));
    expect(await first).toEqual(toResult('the first'));
    expect(given?.aborted).toBe(false);
  });

  it('is waited for by close, which keeps its result', async () => {
    const store = createMemoryOnceStore();
    const guard = createOnce({ log: quiet, store });
    const gate = Promise.withResolvers<CallOutcome>();
    const running = guard.call?.(createCall(), () => gate.promise);
    const closing = guard.close?.();
    gate.resolve(toResult('done'));
    await closing;
    expect(await running).toEqual(toResult('done'));
    expect(await createOnce({ log: quiet, store }).call?.(createCall(), () => toResult('again'))).toEqual(
      toResult('done'),
    );
  });
});
