import { expect, it, vi } from 'vitest';
import { createReadiness } from './readiness.ts';

it('is ready when everything is there', async () => {
  expect(await createReadiness({ checks: {} })()).toBe(true);
  const checks = { database: async () => {}, queue: async () => true };
  expect(await createReadiness({ checks })()).toBe(true);
});

it('is not when a check fails, says no, or does not end, and says which', async () => {
  const missing: unknown[] = [];
  const signals: AbortSignal[] = [];
  const isReady = createReadiness({
    timeoutMs: 1,
    onChange: names => missing.push(names),
    checks: {
      fine: async () => {},
      broken: () => Promise.reject(new Error('away')),
      no: async () => false,
      stuck: signal => {
        signals.push(signal);
        return new Promise(() => {});
      },
    },
  });
  expect(await isReady()).toBe(false);
  expect(missing).toEqual([['broken', 'no', 'stuck']]);
  expect(signals[0]?.aborted).toBe(true);
});

it('checks once for all who ask at the same time, and again later', async () => {
  const check = vi.fn(async () => {});
  const isReady = createReadiness({ checks: { check } });
  await Promise.all([isReady(), isReady(), isReady()]);
  expect(check).toHaveBeenCalledOnce();
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.advanceTimersByTime(60_000);
  await isReady();
  vi.useRealTimers();
  expect(check).toHaveBeenCalledTimes(2);
});
