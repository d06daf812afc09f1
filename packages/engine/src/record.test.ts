import { expect, it } from 'vitest';
import { START } from './drive-run.fixture.ts';
import type { RunEvent } from './events.ts';
import { createRecord } from './record.ts';

const sent = (callId: string): RunEvent => ({ type: 'tool.sent', at: '', callId, key: callId });

it('commits what arrives during a commit together, in order, at the next position', async () => {
  const commits: [number, number][] = [];
  const gates: (() => void)[] = [];
  const record = createRecord([START], async (seq, events) => {
    commits.push([seq, events.length]);
    await new Promise<void>(resolve => gates.push(resolve));
  });
  const first = record.add(sent('a'));
  await Promise.resolve();
  const rest = [record.add(sent('b')), record.add(sent('c'), sent('d'))];
  expect(commits).toEqual([[1, 1]]);
  expect(record.state.seq).toBe(5);
  gates.shift()?.();
  await first;
  while (gates.length === 0) await Promise.resolve();
  expect(commits).toEqual([
    [1, 1],
    [2, 3],
  ]);
  gates.shift()?.();
  await Promise.all(rest);
  expect(record.events.map(event => ('callId' in event ? event.callId : ''))).toEqual([
    '',
    'a',
    'b',
    'c',
    'd',
  ]);
});

it('refuses everything after a commit that failed, also for who did not wait for it', async () => {
  let commits = 0;
  const record = createRecord([START], async () => {
    commits += 1;
    throw new Error('no disk');
  });
  void record.add(sent('a'));
  await expect(record.committed()).rejects.toThrow('no disk');
  await expect(record.add(sent('b'))).rejects.toThrow('no disk');
  await expect(record.add(sent('c'))).rejects.toThrow('no disk');
  expect(commits).toBe(1);
});
