import type { ConfirmationRule } from '@tramontane/wire';
import { expect, it } from 'vitest';
import { needsConfirmation, type ConfirmationRules } from './needs-confirmation.ts';

const pay = { name: 'pay', readOnly: false };
const look = { name: 'look', readOnly: true };

it.each<[string, readonly ConfirmationRules[], boolean, boolean]>([
  ['nothing', [], false, false],
  ['a name', [{ requires: ['pay'] }], true, false],
  ['what is not read-only', [{ requires: { read_only: false } }], true, false],
  ['what is read-only', [{ requires: { read_only: true } }], false, true],
  ['a property that is not stated', [{ requires: { read_only: null } }], false, false],
  [
    'everything, but what is read-only',
    [{ requires: ['pay', 'look'], skips: { read_only: true } }],
    true,
    false,
  ],
  ['an empty exception', [{ requires: ['pay'], skips: { type: 'and', expressions: [] } }], true, false],
  [
    'the nearest level lets through what a farther one holds',
    [{ skips: ['pay'] }, { requires: ['pay'] }],
    false,
    false,
  ],
  ['the nearest level says nothing', [{}, { requires: null }, { requires: ['pay'] }], true, false],
])('asks by %s', (_what, preferences, ofPay, ofLook) => {
  expect(needsConfirmation(pay, [], preferences)).toBe(ofPay);
  expect(needsConfirmation(look, [], preferences)).toBe(ofLook);
});

it('combines expressions', () => {
  const both: ConfirmationRule = { type: 'and', expressions: [['pay', 'look'], { read_only: true }] };
  const either: ConfirmationRule = { type: 'or', expressions: [both, ['pay']] };
  expect([pay, look].map(tool => needsConfirmation(tool, [], [{ requires: both }]))).toEqual([false, true]);
  expect([pay, look].map(tool => needsConfirmation(tool, [], [{ requires: either }]))).toEqual([true, true]);
});

it('no preference lifts what an agent or a request lists', () => {
  expect(needsConfirmation(pay, ['pay'], [{ skips: ['pay'] }])).toBe(true);
});
