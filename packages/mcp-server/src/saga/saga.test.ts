import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Log } from '../log.ts';
import { createMcpServer } from '../server.ts';
import { openTestClient } from '../testing/index.ts';
import { createMemorySagaStore, defineSaga, openSagas, StepRefusal, type Saga, type Sagas } from './index.ts';

const drop = (): void => {};
const log: Log = { debug: drop, info: drop, warn: drop, error: drop };
let sagas: Sagas;
afterEach(() => sagas.close());

interface Orders {
  readonly saga: Saga;
  /** What was done and taken back, in order. */
  readonly seen: string[];
}

/** Three steps; `act` may break any of them: `reserve`, `undo pay`. */
function createOrders(act: (what: string, signal: AbortSignal) => unknown = drop): Orders {
  const seen: string[] = [];
  const limits = { retries: 2, backoffMs: 0, timeoutMs: 5_000 };
  const does = (name: string) => ({
    ...limits,
    run: async (
      given: { done: object },
      { key, attempt, signal }: { key: string; attempt: number; signal: AbortSignal },
    ) => {
      seen.push(`${name} ${key.split('/')[1]} ${attempt} after ${Object.keys(given.done).join('+')}`);
      await act(name, signal);
      return { by: name };
    },
    compensate: async ({ result }: { result: unknown }, { signal }: { signal: AbortSignal }) => {
      seen.push(`undo ${name} ${JSON.stringify(result)}`);
      await act(`undo ${name}`, signal);
    },
  });
  const saga = defineSaga({
    name: 'place_order',
    description: 'Places an order with stock, payment and delivery.',
    input: z.object({
      item: z.string().describe('What is ordered.'),
      count: z.int().default(1).describe('How many.'),
    }),
    output: z.object({ item: z.string(), count: z.int(), paid: z.string() }),
  })
    .step('reserve', does('reserve'))
    .step('pay', does('pay'))
    .step('ship', does('ship'))
    .returns(({ input, done }) => ({ ...input, paid: done.pay.by }));
  return { saga, seen };
}

const open = ({ saga }: Orders): Sagas => (sagas = openSagas({ sagas: [saga], log, sweepMs: 20 }));

async function call(
  args: object,
  given: Sagas,
): Promise<{ text: string; isError?: boolean; structuredContent?: unknown }> {
  const server = createMcpServer({ name: 'shop', version: '1.0.0', design: false, log, tools: given.tools });
  await using client = await openTestClient(server);
  return await client.callTool('place_order', args);
}

describe('a saga as a tool', () => {
  test('runs its steps in order and answers with their results', async () => {
    const orders = createOrders();
    const { structuredContent } = await call({ item: 'chair' }, open(orders));
    expect(structuredContent).toEqual({ item: 'chair', count: 1, paid: 'pay' });
    expect(orders.seen).toEqual([
      'reserve reserve 1 after ',
      'pay pay 1 after reserve',
      'ship ship 1 after reserve+pay',
    ]);
  });

  test('checks its arguments before anything is begun', async () => {
    const orders = createOrders();
    const { text, isError } = await call({ item: 7 }, open(orders));
    expect({ text, isError }).toMatchObject({
      isError: true,
      text: expect.stringContaining('"item" must be a string'),
    });
    expect(orders.seen).toEqual([]);
  });

  test('takes back what was done when a step is refused, newest first, and not the refused step', async () => {
    const orders = createOrders(what => {
      if (what === 'ship') throw new StepRefusal('no carrier on Sundays');
    });
    const { text, isError } = await call({ item: 'chair' }, open(orders));
    expect(isError).toBe(true);
    expect(text).toBe(
      'place_order was not done. ship: no carrier on Sundays. Taken back: pay, reserve. Nothing is left in between.',
    );
    expect(orders.seen.slice(2)).toEqual([
      'ship ship 1 after reserve+pay',
      'undo pay {"by":"pay"}',
      'undo reserve {"by":"reserve"}',
    ]);
  });

  test('tries a broken step again with the same key, and takes it back too when nobody knows what it did', async () => {
    const orders = createOrders(what => {
      if (what === 'pay') throw new Error('socket hang up');
    });
    await call({ item: 'chair' }, open(orders));
    expect(orders.seen).toEqual([
      'reserve reserve 1 after ',
      'pay pay 1 after reserve',
      'pay pay 2 after reserve',
      'pay pay 3 after reserve',
      'undo pay undefined',
      'undo reserve {"by":"reserve"}',
    ]);
  });

  test('a refusal after an attempt that may have done something is taken back as well', async () => {
    let attempts = 0;
    const orders = createOrders(what => {
      if (what !== 'pay') return;
      attempts += 1;
      if (attempts === 1) throw new Error('socket hang up');
      throw new StepRefusal('card declined');
    });
    await call({ item: 'chair' }, open(orders));
    expect(orders.seen.slice(-2)).toEqual(['undo pay undefined', 'undo reserve {"by":"reserve"}']);
  });

  test('a step that hangs and heeds no signal ends with its time', async () => {
    const orders = createOrders();
    const hanging = defineSaga({ name: 'hang', description: 'Hangs.', input: z.object({}) })
      .step('hang', { run: () => new Promise<never>(drop), timeoutMs: 20, retries: 0 })
      .returns(() => 'never');
    sagas = openSagas({ sagas: [orders.saga, hanging], log });
    const { id } = await sagas.start('hang', { input: {} });
    const view = await sagas.wait(id, AbortSignal.timeout(10_000));
    expect(view).toMatchObject({ status: 'compensated', problem: 'hang: no answer within 20 ms' });
  });
});

describe('a saga in trouble', () => {
  test('is parked when a compensation fails, can be seen, and is tried again by command', async () => {
    let broken = true;
    const orders = createOrders(what => {
      if (what === 'ship') throw new StepRefusal('no carrier');
      if (what === 'undo pay' && broken) throw new Error('bank is closed');
    });
    const { text } = await call({ item: 'chair' }, open(orders));
    expect(text).toContain('Taking back pay failed too: bank is closed');
    const [parked] = await sagas.list({ status: 'parked' });
    const view = await sagas.get(parked?.id ?? '');
    expect(view).toMatchObject({ parked: { step: 'pay', error: 'bank is closed' }, compensated: [] });
    expect(orders.seen.filter(what => what.startsWith('undo pay'))).toHaveLength(3);
    expect(orders.seen).not.toContain('undo reserve {"by":"reserve"}');

    broken = false;
    expect(await sagas.retry(view?.id ?? '')).toBe(true);
    const ended = await sagas.wait(view?.id ?? '', AbortSignal.timeout(10_000));
    expect(ended).toMatchObject({ status: 'compensated', compensated: ['pay', 'reserve'] });
    expect(await sagas.retry(ended.id)).toBe(false);
  });

  test('is taken back when it is cancelled on its way', async () => {
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const orders = createOrders(what => {
      if (what !== 'pay') return undefined;
      reached.resolve();
      return go.promise;
    });
    open(orders);
    const { id } = await sagas.start('place_order', { input: { item: 'chair', count: 1 } });
    await reached.promise;
    expect(await sagas.cancel(id)).toBe(true);
    go.resolve();
    expect(await sagas.wait(id, AbortSignal.timeout(10_000))).toMatchObject({
      status: 'compensated',
      problem: 'It was cancelled.',
      compensated: ['pay', 'reserve'],
    });
    expect(await sagas.cancel(id)).toBe(false);
  });

  test('the same key finds the same saga, and is refused with other arguments or for a stranger starts anew', async () => {
    const orders = createOrders();
    open(orders);
    const input = { item: 'chair', count: 1 };
    const [one, two] = await Promise.all([
      sagas.start('place_order', { input, idempotencyKey: 'k', owner: 'ann' }),
      sagas.start('place_order', { input, idempotencyKey: 'k', owner: 'ann' }),
    ]);
    expect(two.id).toBe(one.id);
    await expect(
      sagas.start('place_order', { input: { ...input, count: 2 }, idempotencyKey: 'k', owner: 'ann' }),
    ).rejects.toThrow('with other arguments');
    const strange = await sagas.start('place_order', { input, idempotencyKey: 'k', owner: 'bob' });
    expect(strange.id).not.toBe(one.id);
    await sagas.wait(one.id, AbortSignal.timeout(10_000));
    await sagas.wait(strange.id, AbortSignal.timeout(10_000));
    expect(orders.seen.filter(what => what.startsWith('pay'))).toHaveLength(2);
  });

  test('is left where it was when the process stops, and the next one goes on', async () => {
    const store = createMemorySagaStore();
    const reached = Promise.withResolvers<void>();
    let signals: AbortSignal | undefined;
    const slow = createOrders((what, signal) => {
      if (what !== 'pay') return undefined;
      signals = signal;
      reached.resolve();
      return new Promise(drop);
    });
    sagas = openSagas({ sagas: [slow.saga], store, log });
    const { id } = await sagas.start('place_order', { input: { item: 'chair', count: 1 } });
    await reached.promise;
    await sagas.close();
    expect(signals?.aborted).toBe(true);
    expect((await store.get(id))?.events.map(({ type }) => type)).toEqual([
      'step.sent',
      'step.done',
      'step.sent',
    ]);
  });
});

test.each([
  [
    (): unknown => defineSaga({ name: 's', description: '', input: z.object({}) }).returns(() => 1),
    'has no step',
  ],
  [() => plain().step('a', { run: drop }), 'two steps named a'],
  [() => plain().step('a b', { run: drop }), 'cannot name a step "a b"'],
  [() => plain().step('b', { run: drop, whenUnknown: 'compensate' }), 'has no compensate'],
  [() => plain().step('b', { run: drop, timeoutMs: 0 }), 'timeoutMs of 0'],
])('a saga that cannot be is refused when it is declared (%#)', (declare, problem) => {
  sagas = openSagas({ sagas: [], log });
  expect(declare).toThrow(problem);
});

function plain() {
  return defineSaga({ name: 's', description: '', input: z.object({}) }).step('a', { run: drop });
}
