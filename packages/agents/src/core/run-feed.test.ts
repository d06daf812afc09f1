import type { RunDelta, RunEvent } from '@tramontane/engine';
import { expect, it } from 'vitest';
import { createRunFeed, type RunFeed } from './run-feed.ts';

const at = '2026-01-01T00:00:00.000Z';
const started: RunEvent = { type: 'run.started', at, inputs: [] };
const finished: RunEvent = { type: 'run.finished', at, end: { reason: 'answered' } };
const answered: RunEvent = {
  type: 'model.answered',
  at,
  startedAt: at,
  answer: 'a',
  model: 'm',
  calls: [],
  usage: { promptTokens: 1, completionTokens: 1 },
  finish: 'stop',
};
const words = (text: string, kind: 'text' | 'thinking' = 'text', entryId = 'm1'): RunDelta => ({
  type: 'message.delta',
  entryId,
  kind,
  text,
  model: 'm',
});

async function hear(feed: RunFeed): Promise<string[]> {
  const heard: string[] = [];
  for await (const signal of feed.read(0, new AbortController().signal))
    heard.push('delta' in signal ? signal.delta.text : signal.event.type);
  return heard;
}

it('a reader that joins while the model speaks hears its answer from the first word', async () => {
  const feed = createRunFeed('r');
  feed.record(0, [started]);
  const early = hear(feed);
  feed.delta(words('Hm.', 'thinking'));
  feed.delta(words('One '));
  feed.delta(words('two '));
  const late = hear(feed);
  feed.delta(words('three'));
  feed.record(1, [answered, finished]);
  feed.end();
  expect(await early).toEqual([
    'run.started',
    'Hm.',
    'One ',
    'two ',
    'three',
    'model.answered',
    'run.finished',
  ]);
  expect(await late).toEqual(['run.started', 'Hm.', 'One two ', 'three', 'model.answered', 'run.finished']);
});

it('what an answer said is not said again once it is recorded', async () => {
  const feed = createRunFeed('r');
  feed.record(0, [started]);
  feed.delta(words('First'));
  feed.record(1, [answered]);
  feed.delta(words('Second', 'text', 'm2'));
  const second = hear(feed);
  feed.record(2, [finished]);
  const last = hear(feed);
  feed.end();
  expect(await second).toEqual(['run.started', 'model.answered', 'Second', 'run.finished']);
  expect(await last).toEqual(['run.started', 'model.answered', 'run.finished']);
});

it('a late reader hears the calls that the model is writing, each from its beginning', async () => {
  const piece = (entryId: string, text: string): RunDelta => ({
    type: 'call.delta',
    entryId,
    callId: entryId,
    name: 'look',
    target: { kind: 'none' },
    text,
    model: 'm',
  });
  const feed = createRunFeed('r');
  for (const delta of [words('So'), piece('a', '{'), piece('a', '"x'), piece('b', '{'), piece('a', '"')])
    feed.delta(delta);
  const late = hear(feed);
  feed.delta(piece('b', '}'));
  feed.end();
  expect(await late).toEqual(['So', '{"x', '{', '"', '}']);
});
