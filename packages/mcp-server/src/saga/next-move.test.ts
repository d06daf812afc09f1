import { expect, test } from 'vitest';
import type { NamedStep } from './define-saga.ts';
import { nextMove } from './next-move.ts';
import { foldSaga, type SagaEvent } from './saga-events.ts';

const at = '2026-01-01T00:00:00.000Z';
const step: NamedStep = {
  name: 'pay',
  run: () => 1,
  compensate: () => 1,
  retries: 0,
  backoffMs: 0,
  timeoutMs: 1000,
  whenUnknown: 'repeat',
};
const cutOff = (type: 'step.sent' | 'compensation.sent', times: number): SagaEvent[] =>
  Array.from({ length: times }, (): SagaEvent[] => [
    { type, step: 'pay', at },
    { type: 'saga.resumed', at },
  ]).flat();
const moveAfter = (events: readonly SagaEvent[], given = step) => nextMove(foldSaga(events), [given]).do;

test('a step whose process died is repeated, though it has no retries', () => {
  expect(moveAfter(cutOff('step.sent', 1))).toBe('run');
  expect(moveAfter(cutOff('step.sent', 10))).toBe('run');
});

test('a step that takes down every process is given up, and so is its compensation', () => {
  expect(moveAfter(cutOff('step.sent', 11))).toBe('give-up');
  const back: SagaEvent[] = [
    { type: 'step.sent', step: 'pay', at },
    { type: 'step.failed', step: 'pay', error: 'x', refused: false, final: true, at },
  ];
  expect(moveAfter([...back, ...cutOff('compensation.sent', 10)])).toBe('compensate');
  expect(moveAfter([...back, ...cutOff('compensation.sent', 11)])).toBe('park');
});

test('a step that takes no key is taken back when its process died', () => {
  expect(moveAfter(cutOff('step.sent', 1), { ...step, whenUnknown: 'compensate' })).toBe('give-up');
});

test('a refusal is clean only when no attempt before it was cut off', () => {
  const refused: SagaEvent = {
    type: 'step.failed',
    step: 'pay',
    error: 'no',
    refused: true,
    final: true,
    at,
  };
  const sent: SagaEvent = { type: 'step.sent', step: 'pay', at };
  expect(moveAfter([sent, refused])).toBe('end');
  expect(moveAfter([...cutOff('step.sent', 1), sent, refused])).toBe('compensate');
});

test('a saga whose step is gone from the definition is parked, not forgotten', () => {
  const events: SagaEvent[] = [
    { type: 'step.sent', step: 'old', at },
    { type: 'step.done', step: 'old', result: 1, at },
    { type: 'saga.cancelled', at },
  ];
  expect(moveAfter(events)).toBe('park');
});
