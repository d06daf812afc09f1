import { Counter, Gauge, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { addMetrics } from '@tramontane/guards/metrics';
import { createMetricsCollector } from './metrics-collector.ts';

/** A worker with a counter that was increased so often, and a gauge. */
function createCounting(id: number, count: number) {
  const registry = new Registry();
  const counter = new Counter({ name: 'calls_total', help: 'Calls.', registers: [registry] });
  counter.inc(count);
  new Gauge({ name: 'open', help: 'Open.', registers: [registry] }).set(1);
  return { id, counter, ask: async () => registry.getMetricsAsJSON() };
}

const collector = () => createMetricsCollector(async parts => addMetrics(parts).getMetricsAsJSON());
const textOf = async (parts: readonly (readonly object[])[]) => {
  const text = await addMetrics(parts).metrics();
  return text.split('\n').filter(line => /^(calls_total|open) /.test(line));
};

it('adds up what lives, and keeps the counts of what has ended', async () => {
  const metrics = collector();
  const [one, two] = [createCounting(1, 3), createCounting(2, 4)];
  expect(await textOf(await metrics.collect(0, [one, two]))).toEqual(['calls_total 7', 'open 2']);
  metrics.forget(1);
  expect(await textOf(await metrics.collect(0, [two]))).toEqual(['calls_total 7', 'open 1']);
  metrics.setLast(2, [await createCounting(2, 10).ask()]);
  metrics.forget(2);
  expect(await textOf(await metrics.collect(0, []))).toEqual(['calls_total 13']);
});

it('shows one that does not answer as it was', async () => {
  const metrics = collector();
  const one = createCounting(1, 3);
  await metrics.collect(0, [one]);
  const busy = { id: 1, ask: () => Promise.reject(new Error('late')) };
  expect(await textOf(await metrics.collect(0, [busy, createCounting(2, 1)]))).toEqual([
    'calls_total 4',
    'open 2',
  ]);
});

it('does not lose a count over many ends, also while it is asked from two sides', async () => {
  const metrics = collector();
  for (let id = 1; id <= 30; id += 1) {
    const worker = createCounting(id, 1);
    const [first, second] = await Promise.all([metrics.collect(0, [worker]), metrics.collect(0, [worker])]);
    expect(await textOf(first)).toContain(`calls_total ${id}`);
    expect(await textOf(second)).toContain(`calls_total ${id}`);
    metrics.forget(id);
  }
  expect((await metrics.collect(0, [])).length).toBeLessThan(12);
});
