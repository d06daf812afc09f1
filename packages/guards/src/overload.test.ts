import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { Auth, AuthVerdict } from './auth.ts';
import { createGuards, type GuardsOptions } from './create-guards.ts';
import { openOverloadGuard, type OverloadOptions } from './overload.ts';

function open(options: OverloadOptions, more: GuardsOptions = {}) {
  const guards = createGuards({ ...more, overload: openOverloadGuard(options) });
  onTestFinished(() => guards.close());
  const arrive = (path = '/') => {
    const visit = guards.arrive({ method: 'GET', path, header: () => undefined, id: 'i' });
    void guards.admit(visit);
    return visit;
  };
  return { guards, arrive };
}

it('refuses more requests at once than were allowed, until one has left', () => {
  const { guards, arrive } = open({ maxInFlight: 2 });
  const first = arrive();
  arrive();
  const third = arrive();
  expect(third.refusal).toMatchObject({ status: 503, by: 'overload', headers: { 'retry-after': '1' } });
  guards.leave(third, 503);
  expect(arrive().refusal?.status).toBe(503);
  guards.leave(first, 200);
  expect(arrive().refusal).toBeUndefined();
});

it('does not count what only waits, and never refuses who asks how the server is', () => {
  const { guards, arrive } = open({ maxInFlight: 1 });
  const waiting = arrive();
  guards.waits(waiting);
  const working = arrive();
  expect([working.refusal, arrive().refusal?.status]).toEqual([undefined, 503]);
  expect(arrive('/metrics').refusal).toBeUndefined();
  // Its place is another one's by now.
  guards.leave(waiting, 200);
  expect(arrive().refusal?.status).toBe(503);
  guards.leave(working, 200);
  expect(arrive().refusal).toBeUndefined();
});

it('gives no place to those who are not known, however long it takes to find that out', async () => {
  const known = Promise.withResolvers<AuthVerdict>();
  const auth: Auth = {
    scheme: 'Bearer',
    credential: 'bearer token',
    check: header =>
      header('authorization') === 'right'
        ? { ok: true, caller: { subject: 'ann', fingerprint: 'f' } }
        : known.promise,
  };
  const { guards } = open({ maxInFlight: 1 }, { auth });
  const admit = async (authorization: string) => {
    const visit = guards.arrive({ method: 'GET', path: '/', header: () => authorization, id: 'i' });
    await guards.admit(visit);
    return visit;
  };
  const wrong = [admit('wrong'), admit('wrong')];
  const right = await admit('right');
  expect(right.refusal).toBeUndefined();
  // Two that were let in to be looked up may turn out to be known: one more than there is room for.
  guards.leave(right, 200);
  known.resolve({ ok: true, caller: { subject: 'bob', fingerprint: 'g' } });
  const statuses = (await Promise.all(wrong)).map(({ refusal }) => refusal?.status);
  expect(statuses).toEqual([undefined, 503]);
});

it('refuses while the process is late, and no longer', async () => {
  const { guards, arrive } = open({ maxDelayMs: 10 });
  const isRefused = (): boolean => {
    const visit = arrive();
    guards.leave(visit, 200);
    return visit.refusal !== undefined;
  };
  // Blocked for as long as nobody is refused, which the limit of the test ends.
  while (!isRefused()) {
    const until = performance.now() + 100;
    while (performance.now() < until);
    await turn();
  }
  while (isRefused()) await delay(20);
});

it('does not take limits that cannot be', () => {
  expect(() => openOverloadGuard({ maxInFlight: 0 })).toThrow('overload.maxInFlight is 0');
});
