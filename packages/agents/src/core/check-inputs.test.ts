import { expect, it } from 'vitest';
import type { Entry } from '@tramontane/engine';
import { checkInputs } from './check-inputs.ts';

const times = { createdAt: 'now', completedAt: 'now' };
const call = (callId: string): Entry => ({
  kind: 'function.call',
  id: `c-${callId}`,
  ...times,
  callId,
  name: 'look',
  arguments: '{}',
});
const result = (callId: string): Entry => ({
  kind: 'function.result',
  id: `r-${callId}`,
  ...times,
  callId,
  result: 'seen',
});

it('takes one result for each call, in any order', () => {
  checkInputs([call('a'), call('b'), result('b'), result('a')], []);
  checkInputs([result('a')], [call('a')]);
  checkInputs([call('b'), result('b')], [call('a'), result('a')]);
});

it.each([
  ['calls with one id and one result', [call('a'), call('a'), result('a')], []],
  ['calls with one id, each with its result', [call('a'), result('a'), call('a'), result('a')], []],
  ['a call with the id of an earlier turn', [call('a'), result('a')], [call('a'), result('a')]],
  ['a call with the id of one that waits', [call('a'), result('a')], [call('a')]],
])('refuses %s', (_name, inputs, history) => {
  expect(() => checkInputs(inputs, history)).toThrow(
    expect.objectContaining({ code: 'validation', message: expect.stringContaining('"a"') as string }),
  );
});

it.each([
  ['two results for one call', [call('a'), result('a'), result('a')], []],
  ['two results for one call of an earlier turn', [result('a'), result('a')], [call('a')]],
  ['a result for an answered call', [result('a')], [call('a'), result('a')]],
  ['a result for no call', [result('a')], []],
  ['a call without a result', [call('a')], []],
])('refuses %s', (_name, inputs, history) => {
  expect(() => checkInputs(inputs, history)).toThrow(expect.objectContaining({ code: 'calls_open' }));
});
