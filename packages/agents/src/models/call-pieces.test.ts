import { expect, it } from 'vitest';
import { createCallPieces } from './call-pieces.ts';

/** Calls and what was passed on of them, each as `number name text`. */
function hearPieces() {
  const told: string[] = [];
  let numbers = 0;
  const calls = createCallPieces(
    () => numbers++,
    delta => told.push(delta.kind === 'call' ? `${delta.call} ${delta.name} ${delta.text}` : delta.text),
  );
  return { calls, told };
}

it('a call in pieces is passed on from its second piece on, with the first', () => {
  const { calls, told } = hearPieces();
  calls.begin('x', 'look');
  calls.hear('x', '');
  calls.hear('x', '{"a"');
  expect(told).toEqual([]);
  calls.hear('x', '');
  calls.hear('x', ':1');
  expect(told).toEqual(['0 look {"a"', '0 look :1']);
  calls.hear('x', '}');
  expect(told).toEqual(['0 look {"a"', '0 look :1', '0 look }']);
  calls.complete('x', 'look', '{"a":1}');
  expect(calls.calls()).toEqual([{ name: 'look', arguments: '{"a":1}', call: 0 }]);
});

it('of calls in one piece nothing is passed on', () => {
  const { calls, told } = hearPieces();
  for (const id of ['x', 'y']) {
    calls.begin(id, 'look');
    calls.hear(id, '{}');
    calls.complete(id, 'look', '{}');
  }
  // Some packages say nothing of a call before it is whole.
  calls.complete('z', 'act', '{}');
  expect(told).toEqual([]);
  expect(calls.calls()).toEqual([
    { name: 'look', arguments: '{}' },
    { name: 'look', arguments: '{}' },
    { name: 'act', arguments: '{}' },
  ]);
});

it('whoever hears a call has heard of those that were begun before it', () => {
  const { calls, told } = hearPieces();
  for (const id of ['empty', 'whole', 'pieces', 'later']) calls.begin(id, id);
  calls.hear('later', '{');
  calls.hear('whole', '{}');
  calls.hear('pieces', '{"a":');
  calls.hear('pieces', '1}');
  expect(told).toEqual(['0 empty ', '1 whole {}', '2 pieces {"a":', '2 pieces 1}']);
  calls.hear('empty', ' ');
  calls.hear('later', '}');
  expect(told.slice(4)).toEqual(['0 empty  ', '3 later {', '3 later }']);
});

it('calls that a server gave one id are as many calls', () => {
  const { calls } = hearPieces();
  for (const args of ['{"a":1}', '{"a":2}']) {
    calls.begin('', 'look');
    calls.hear('', args);
    calls.complete('', 'look', args);
  }
  calls.complete('', 'act', '{}');
  expect(calls.calls()).toEqual([
    { name: 'look', arguments: '{"a":1}' },
    { name: 'look', arguments: '{"a":2}' },
    { name: 'act', arguments: '{}' },
  ]);
});

it('calls keep the order they were begun in, and one that never became whole is none', () => {
  const { calls } = hearPieces();
  for (const id of ['a', 'b', 'c']) calls.begin(id, id);
  calls.hear('b', '{');
  calls.hear('b', '"x');
  calls.complete('c', 'c', '{}');
  calls.complete('a', 'a', '{}');
  expect(calls.calls()).toEqual([
    { name: 'a', arguments: '{}', call: 0 },
    { name: 'c', arguments: '{}' },
  ]);
});
