import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDeadline } from './deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('silence ends a request; progress wins it time, but not beyond the total limit', () => {
  const silent = openDeadline({ idleMs: 100, totalMs: 350 });
  vi.advanceTimersByTime(99);
  expect(silent.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect([silent.signal.aborted, silent.passed]).toEqual([true, 'within 100 ms']);

  const busy = openDeadline({ idleMs: 100, totalMs: 350 });
  for (let at = 0; at < 349; at += 1) {
    vi.advanceTimersByTime(1);
    busy.touch();
  }
  expect(busy.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(busy.passed).toBe('within 350 ms, the most that progress can win it');
});

test('the time in which this side answers a question is not the server’s', () => {
  const deadline = openDeadline({ idleMs: 100, totalMs: 10_000 });
  const resume = deadline.pause();
  vi.advanceTimersByTime(5_000);
  expect(deadline.signal.aborted).toBe(false);
  resume();
  vi.advanceTimersByTime(100);
  expect(deadline.signal.aborted).toBe(true);
});
