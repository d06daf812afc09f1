import { expect, it } from 'vitest';
import { createApiKeys, type ApiKey } from './api-key.ts';
import { OPERATOR } from './caller.ts';
import { createKeyCheck } from './key-check.ts';

/** Keys in memory, and how often they were read. */
function openKeys() {
  const stored: ApiKey[] = [];
  const seen = { reads: 0 };
  const list = async () => {
    seen.reads += 1;
    return [...stored];
  };
  const keys = createApiKeys({
    list,
    insert: async key => {
      stored.push(key);
      return { done: true };
    },
    revoke: async () => [],
  });
  return { list, keys, stored, seen };
}

it('takes a key the moment it is made, and drops a revoked one within a second', async () => {
  const { list, keys, stored, seen } = openKeys();
  let now = 0;
  const check = createKeyCheck({ operatorKeys: ['mine'], stored: { list }, now: () => now });
  expect(await check('Bearer mine')).toMatchObject({ caller: OPERATOR });
  expect(seen.reads).toBe(0);

  const caller = { ...OPERATOR, workspace: 'w', role: 'member' } as const;
  expect(await check('Bearer other')).toBeUndefined();
  now += 100;
  const made = await keys.create('ci', caller);
  if (!made.ok) throw new Error(made.sentence);
  const before = seen.reads;
  expect(await check(`Bearer ${made.key}`)).toEqual({
    caller,
    keyName: 'ci',
    fingerprint: made.made.fingerprint,
  });
  expect(seen.reads).toBe(before + 1);

  stored.length = 0;
  now += 999;
  expect(await check(`Bearer ${made.key}`)).toBeDefined();
  expect(seen.reads).toBe(before + 1);
  now += 2;
  expect(await check(`Bearer ${made.key}`)).toBeUndefined();
});

it('reads once for many unknown keys at once, and not at all for what is no key', async () => {
  const { list, seen } = openKeys();
  const check = createKeyCheck({ operatorKeys: ['mine'], stored: { list }, now: () => 0 });
  const all = await Promise.all(Array.from({ length: 500 }, (_, n) => check(`Bearer unknown-${n}`)));
  expect(all.every(holder => holder === undefined)).toBe(true);
  expect(seen.reads).toBe(1);
  for (const header of [undefined, '', 'Basic bWluZQ==', 'Bearer '])
    expect(await check(header)).toBeUndefined();
  expect(seen.reads).toBe(1);
});

it('goes on after a read that failed', async () => {
  let broken = true;
  const list = async (): Promise<ApiKey[]> => {
    if (broken) throw new Error('no database');
    return [];
  };
  const check = createKeyCheck({ operatorKeys: ['mine'], stored: { list }, now: () => 0 });
  await expect(check('Bearer other')).rejects.toThrow('no database');
  expect(await check('Bearer mine')).toBeDefined();
  broken = false;
  expect(await check('Bearer other')).toBeUndefined();
});
