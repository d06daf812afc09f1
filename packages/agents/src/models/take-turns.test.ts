import type { Entry } from '@tramontane/engine';
import { expect, it } from 'vitest';
import { takeTurns } from './take-turns.ts';

const said = (role: 'user' | 'assistant', text: string) => ({
  role,
  content: [{ type: 'text' as const, text }],
});
const called = {
  role: 'assistant' as const,
  content: [{ type: 'tool-call' as const, toolCallId: 'a', toolName: 'look', input: {} }],
};
const output = { type: 'text' as const, value: 'seen' };
const answered = {
  role: 'tool' as const,
  content: [{ type: 'tool-result' as const, toolCallId: 'a', toolName: 'look', output }],
};
const handoff = { kind: 'agent.handoff' } as Entry;
const missing = { kind: 'tools.missing' } as Entry;
const roles = (...args: Parameters<typeof takeTurns>) => takeTurns(...args).map(({ role }) => role);

it('an assistant speaks between what its tools answered and what the user says next', () => {
  const prompt = [said('user', 'Go'), called, answered, said('user', 'And now?'), called, answered];
  expect(roles(prompt, [])).toEqual(['user', 'assistant', 'tool', 'assistant', 'user', 'assistant', 'tool']);
  // Earlier messages stay the same while a conversation grows, or what a vendor has cached of them would be lost.
  expect(takeTurns(prompt, []).slice(0, 5)).toEqual(takeTurns(prompt.slice(0, 4), []));
});

it('an agent that takes over after the words of another one is asked by a user', () => {
  const prompt = [said('user', 'Go'), said('assistant', 'I pass you on.')];
  expect(roles(prompt, [handoff, missing])).toEqual(['user', 'assistant', 'user']);
  expect(roles(prompt.slice(0, 1), [handoff])).toEqual(['user']);
});

it('words that a caller wants to be continued stay the last', () => {
  const prompt = [said('user', 'Go'), said('assistant', 'Once upon')];
  expect(takeTurns(prompt, [])).toEqual(prompt);
});
