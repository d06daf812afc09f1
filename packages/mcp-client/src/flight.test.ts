import { expect, test } from 'vitest';
import { startFlight } from './flight.ts';

function openFlight(): {
  flight: ReturnType<typeof startFlight<string>>;
  land: (value: string) => void;
  parent: AbortController;
  aborted: () => boolean;
} {
  const { promise, resolve } = Promise.withResolvers<string>();
  const parent = new AbortController();
  let seen: AbortSignal | undefined;
  const flight = startFlight(parent.signal, signal => {
    seen = signal;
    return Promise.race([
      promise,
      new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      ),
    ]);
  });
  return { flight, land: resolve, parent, aborted: () => seen?.aborted === true };
}

const patient = new AbortController().signal;

test('everybody gets the one result', async () => {
  const { flight, land } = openFlight();
  const both = Promise.all([flight.join(patient), flight.join(patient)]);
  land('done');
  expect(await both).toEqual(['done', 'done']);
});

test('the work goes on while one waits, and ends when the last one leaves', async () => {
  const { flight, aborted } = openFlight();
  const [first, second] = [new AbortController(), new AbortController()];
  const waits = [flight.join(first.signal), flight.join(second.signal)];
  first.abort();
  await expect(waits[0]).rejects.toMatchObject({ name: 'AbortError' });
  expect([flight.abandoned, aborted()]).toEqual([false, false]);
  second.abort();
  await expect(waits[1]).rejects.toMatchObject({ name: 'AbortError' });
  expect([flight.abandoned, aborted()]).toEqual([true, true]);
  await flight.landed;
});

test('the parent ends it for all', async () => {
  const { flight, parent } = openFlight();
  const wait = flight.join(patient);
  parent.abort();
  await expect(wait).rejects.toMatchObject({ name: 'AbortError' });
});
