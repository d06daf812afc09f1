import { expect, it } from 'vitest';
import { createMemoryRateStore } from './memory-rate-store.ts';
import { parseRate } from './rate.ts';

function openCounter(text: string, mostKeys?: number) {
  const clock = { now: 5 };
  const counter = createMemoryRateStore(() => clock.now, mostKeys).createCounter('any', parseRate(text));
  return { clock, counter };
}

it('counts in a window that begins with the first request of its key', () => {
  const { clock, counter } = openCounter('2/10 seconds');
  expect(counter.take('a')).toEqual({ allowed: true, remaining: 1, resetMs: 10_000 });
  clock.now += 4000;
  expect(counter.take('b')).toEqual({ allowed: true, remaining: 1, resetMs: 10_000 });
  expect(counter.take('a')).toEqual({ allowed: true, remaining: 0, resetMs: 6000 });
  expect(counter.take('a')).toEqual({ allowed: false, remaining: 0, resetMs: 6000 });
  clock.now += 5999;
  expect(counter.take('a')).toEqual({ allowed: false, remaining: 0, resetMs: 1 });
  clock.now += 1;
  expect(counter.take('a')).toEqual({ allowed: true, remaining: 1, resetMs: 10_000 });
  // The other key's window is still the first one.
  expect(counter.take('b')).toEqual({ allowed: true, remaining: 0, resetMs: 4000 });
  expect(counter.take('b')).toMatchObject({ allowed: false });
});

it('counts each key exactly as if it were alone, whenever requests come', () => {
  const { clock, counter } = openCounter('3/7 seconds');
  const alone = new Map<string, { ends: number; taken: number }>();
  for (let step = 0; step < 5000; step += 1) {
    // As good as random, and the same in every run.
    clock.now += (step * 7919) % 1501;
    const key = `key-${(step * 104_729) % 5}`;
    let window = alone.get(key);
    if (window === undefined || window.ends <= clock.now) {
      alone.set(key, (window = { ends: clock.now + 7000, taken: 0 }));
    }
    window.taken += 1;
    expect(counter.take(key)).toEqual({
      allowed: window.taken <= 3,
      remaining: Math.max(3 - window.taken, 0),
      resetMs: window.ends - clock.now,
    });
  }
});

it('remembers so many keys and no more: who goes on coming among them', () => {
  const { counter } = openCounter('2/minute', 10);
  void counter.take('gone');
  void counter.take('there');
  for (let other = 0; other < 100; other += 1) {
    void counter.take(`other-${other}`);
    expect(counter.take('there')).toMatchObject({ remaining: 0 });
  }
  expect(counter.take('gone')).toMatchObject({ remaining: 1 });
});
