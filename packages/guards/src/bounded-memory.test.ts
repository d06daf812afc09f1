import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, expect, it } from 'vitest';
import { createNetworkCheck } from './network.ts';
import { createRedaction } from './observe/redaction.ts';
import { Visit } from './visit.ts';

let collectGarbage: () => void;
beforeAll(() => {
  setFlagsFromString('--expose-gc');
  collectGarbage = runInNewContext('gc') as () => void;
});

const ROUNDS = 500;
const LENGTH = 100_000;
/** Kept whole, the texts of all rounds are three times as much. */
const MOST_BYTES = (ROUNDS * LENGTH) / 3;

/** Bytes that stay in memory of what was made of long texts, each another one. */
function keptOf(use: (text: string) => void): number {
  const measure = (): number => {
    // Twice: names of fields are let go a round later than the objects that had them.
    collectGarbage();
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  use('warm');
  const before = measure();
  for (let round = 0; round < ROUNDS; round += 1) use(Buffer.alloc(LENGTH, `${round},`).toString('latin1'));
  return measure() - before;
}

it('redaction keeps no long names that callers make up', () => {
  const redact = createRedaction();
  expect(keptOf(name => void redact({ [name]: 1 }))).toBeLessThan(MOST_BYTES);
  expect(redact({ password: 'hush' })).not.toContain('hush');
});

it('the check of addresses keeps no long lists of proxies that callers make up', () => {
  const check = createNetworkCheck({ trustedProxies: ['127.0.0.1'] });
  const come = (forwarded: string): Visit => {
    const visit = new Visit({
      method: 'GET',
      path: '/',
      header: () => forwarded,
      peer: '127.0.0.1',
      id: 'i',
    });
    void check(visit);
    return visit;
  };
  expect(keptOf(forwarded => void come(forwarded))).toBeLessThan(MOST_BYTES);
  expect(come(`${'8.8.8.8, '.repeat(40)}203.0.113.9`).address).toBe('203.0.113.9');
});
