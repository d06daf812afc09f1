import { describe, expect, it } from 'vitest';
import { START, TARGETS } from './drive-run.fixture.ts';
import type { RunEvent } from './events.ts';
import { nextStep, splitUnanswered } from './next-step.ts';
import { foldRun } from './state.ts';
import { UNKNOWN_OUTCOME } from './tools.ts';

const at = '2026-01-01T00:00:00.000Z';
const asks = (...names: string[]): RunEvent => ({
  type: 'model.answered',
  at,
  startedAt: at,
  answer: 'a',
  model: 'm',
  calls: names.map(name => ({
    entryId: `e-${name}`,
    callId: `c-${name}`,
    name,
    arguments: '{}',
    target: TARGETS[name] ?? { kind: 'none' },
  })),
  usage: { promptTokens: 1, completionTokens: 1 },
  finish: 'stop',
});
const sent = (name: string): RunEvent => ({ type: 'tool.sent', at, callId: `c-${name}`, key: name });
const answered = (name: string): RunEvent => ({
  type: 'tool.answered',
  at,
  callId: `c-${name}`,
  outcome: UNKNOWN_OUTCOME,
});
const end: RunEvent = { type: 'run.finished', at, end: { reason: 'answered' } };

describe('the next step', () => {
  it.each<[string, RunEvent[], object]>([
    ['nothing yet: ask the model', [], { do: 'call-model', tools: 'allowed' }],
    ['words: the end', [asks()], { do: 'finish', end: { reason: 'answered' } }],
    ['an unsent call', [asks('read')], { do: 'call-tools', calls: [{ name: 'read' }] }],
    ['a sent call', [asks('read'), sent('read')], { do: 'call-tools', calls: [{ name: 'read' }] }],
    [
      'one of two answered',
      [asks('read', 'send'), sent('read'), answered('read')],
      { do: 'call-tools', calls: [{ name: 'send' }] },
    ],
    ['all answered', [asks('read'), sent('read'), answered('read')], { do: 'call-model', tools: 'allowed' }],
    ["the caller's turn", [asks('ask')], { do: 'finish', end: { reason: 'awaiting_caller' } }],
    [
      "the server's calls before the caller's turn",
      [asks('ask', 'read')],
      { do: 'call-tools', calls: [{ name: 'read' }] },
    ],
    [
      "both, and the server's are answered",
      [asks('ask', 'read'), answered('read')],
      { do: 'finish', end: { reason: 'awaiting_caller' } },
    ],
    [
      'a name nobody knows is answered, not skipped',
      [asks('nobody')],
      { do: 'call-tools', calls: [{ name: 'nobody' }] },
    ],
    [
      'the last answer goes without tools',
      [asks('read'), answered('read'), asks('read'), answered('read')],
      { do: 'call-model', tools: 'forbidden' },
    ],
    [
      'no answer left',
      [asks('read'), answered('read'), asks('read'), answered('read'), asks('read'), answered('read')],
      { do: 'finish', end: { reason: 'failed', failure: { code: 'step_limit' } } },
    ],
    ['ended', [asks(), end], { do: 'nothing' }],
    ['taken over', [asks('read'), { type: 'run.resumed', at, owner: 'o' }], { do: 'call-tools' }],
  ])('%s', (_name, events, expected) => {
    expect(nextStep(foldRun([START, ...events]), { maxAnswers: 3 })).toMatchObject(expected);
  });

  it('with a single answer allowed asks for it without tools', () => {
    expect(nextStep(foldRun([START]), { maxAnswers: 1 })).toEqual({ do: 'call-model', tools: 'forbidden' });
  });
});

it('sends again only what had left, has no answer and may be repeated', () => {
  const state = foldRun([
    START,
    asks('read', 'book', 'send', 'ask'),
    sent('book'),
    sent('send'),
    sent('read'),
    answered('read'),
  ]);
  const { again, unknown } = splitUnanswered(state);
  expect(again.map(({ name }) => name)).toEqual(['book']);
  expect(unknown.map(({ name }) => name)).toEqual(['send']);
});

it('adds the usage of all answers', () => {
  expect(foldRun([START, asks('read'), answered('read'), asks()]).usage).toEqual({
    promptTokens: 2,
    completionTokens: 2,
  });
});
