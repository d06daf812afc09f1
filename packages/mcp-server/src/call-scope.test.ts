import { describe, expect, it } from 'vitest';
import { runWithin } from './call-scope.ts';

const never = { signal: new AbortController().signal };
const LONG = 60_000;

describe('runWithin', () => {
  it('gives back what the work returns, or throws what it throws', async () => {
    expect(await runWithin(LONG, never, async () => 5)).toEqual({ kind: 'done', value: 5 });
    await expect(runWithin(LONG, never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('does not start when the caller is gone already', async () => {
    let started = false;
    const ending = await runWithin(LONG, { signal: AbortSignal.abort() }, async () => (started = true));
    expect([ending.kind, started]).toEqual(['aborted', false]);
  });

  it('asks for no signal when the work is done at once', async () => {
    const caller = {
      aborted: false,
      get signal(): AbortSignal {
        throw new Error('nobody needs it');
      },
    };
    expect(runWithin(LONG, caller, () => 5)).toEqual({ kind: 'done', value: 5 });
  });

  it('does not wait for work that ignores its signal', async () => {
    expect(await runWithin(1, never, () => new Promise(() => {}))).toEqual({ kind: 'timed_out' });
  });

  it('shows the abort to work that asks for the signal only afterwards', async () => {
    const caller = new AbortController();
    const seen = Promise.withResolvers<AbortSignal>();
    const asked = Promise.withResolvers<void>();
    const ending = runWithin(LONG, caller, async scope => {
      await asked.promise;
      seen.resolve(scope.signal);
    });
    caller.abort();
    expect(await ending).toEqual({ kind: 'aborted' });
    asked.resolve();
    const signal = await seen.promise;
    expect(signal.aborted).toBe(true);
    expect((signal.reason as DOMException).name).toBe('AbortError');
  });

  it('leaves nobody with an unhandled rejection when the work fails after its end', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listen);
    const failing = Promise.withResolvers<never>();
    expect(await runWithin(1, never, () => failing.promise)).toEqual({ kind: 'timed_out' });
    failing.reject(new Error('late'));
    await new Promise(resolve => setImmediate(resolve));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });

  it('does not count the time of others', async () => {
    const others = () => new Promise<string>(resolve => setTimeout(() => resolve('at last'), 30));
    const ending = await runWithin(10, never, async scope => {
      const answers = [
        await scope.waiting(others()),
        ...(await Promise.all([1, 2].map(() => scope.waiting(others())))),
      ];
      await expect(scope.waiting(Promise.reject(new Error('no')))).rejects.toThrow('no');
      return answers.length;
    });
    expect(ending).toEqual({ kind: 'done', value: 3 });
  });

  it('counts again after it', async () => {
    const ending = await runWithin(5, never, async scope => {
      await scope.waiting(Promise.resolve());
      await new Promise(() => {});
    });
    expect(ending).toEqual({ kind: 'timed_out' });
  });
});
