import type { RunSignal } from '@tramontane/engine';
import { expect, test } from 'vitest';
import { ApiError } from '../core/api-error.ts';
import type { Completion } from '../core/completions.ts';
import { startCompletionStream } from './start-completion-stream.ts';
import { answered, finished, started } from './to-stream.fixture.ts';

async function* play(
  ready: Promise<void>,
  signals: readonly RunSignal[] | ApiError,
): AsyncGenerator<RunSignal, void> {
  await ready;
  if (signals instanceof ApiError) throw signals;
  yield* signals;
}

function completion(...choices: AsyncGenerator<RunSignal, void>[]) {
  let stopped = 0;
  const made: Completion = {
    id: 'c',
    model: 'm',
    createdAt: new Date(0),
    offline: false,
    choices,
    stop: () => (stopped += 1),
  };
  return { made, stopped: () => stopped };
}

const log = [started, answered([], { entryId: 'm1', content: 'Hello' }), finished].map(
  (event, seq): RunSignal => ({ seq, event }),
);
const failure = new ApiError('model_failed', 'It is down.');
const now = Promise.resolve();

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const item of items) read.push(item);
  return read;
}

test('what fails before the first words rejects', async () => {
  await expect(startCompletionStream(completion(play(now, failure)).made)).rejects.toBe(failure);
});

test('a model that is silent for long is not waited for, and speaks later', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const items = await startCompletionStream(completion(play(promise, log)).made, 1);
  resolve();
  const read = await all(items);
  expect(read.map(item => (typeof item === 'string' ? item : item.choices[0]?.delta.content))).toEqual([
    'Hello',
    '',
    'data: [DONE]\n\n',
  ]);
});

test('what fails after a long silence is the last chunk of every choice, and ends the others', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const never = new Promise<void>(() => {});
  const { made, stopped } = completion(play(promise, failure), play(never, log));
  const items = await startCompletionStream(made, 1);
  resolve();
  const [last, done] = await all(items);
  const delta = {
    content: '',
    metadata: { error: { message: 'It is down.', type: 'model_failed', code: null } },
  };
  expect(last).toMatchObject({
    choices: [0, 1].map(index => ({ index, finish_reason: 'error', delta })),
  });
  expect(done).toBe('data: [DONE]\n\n');
  expect(stopped()).toBe(1);
});
