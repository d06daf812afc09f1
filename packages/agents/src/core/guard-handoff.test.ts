import type { Entry, ToolCall } from '@tramontane/engine';
import { expect, it } from 'vitest';
import { guardHandoff } from './guard-handoff.ts';
import { createGuardrails } from './guardrails.ts';
import type { RunPlan } from './run-plan.ts';

const call: ToolCall = {
  entryId: 'e',
  callId: 'c',
  name: 'handoff_to_b',
  arguments: '{}',
  target: { kind: 'handoff', agentId: 'b' },
};
const plan: RunPlan = {
  model: 'm',
  instructions: '',
  tools: [],
  toolChoice: 'auto',
  settings: {},
  agentName: 'B',
  guardrails: [{ moderation_llm_v2: { action: 'block' }, block_on_error: true }],
};
const at = '2026-01-01T00:00:00.000Z';
const said: Entry[] = [
  {
    kind: 'message.input',
    id: 'i',
    createdAt: at,
    completedAt: at,
    role: 'user',
    content: 'a walk',
    prefix: false,
  },
];
const onFailed = () => undefined;

it('a run that is cancelled meanwhile does not fail: its end is that it was cancelled', async () => {
  const cancelled = new AbortController();
  const guardrails = createGuardrails({
    moderate: async (_model, _texts, signal) => {
      cancelled.abort();
      signal.throwIfAborted();
      return [];
    },
    onFailed,
  });
  const stopped = await guardHandoff(call, plan, said, guardrails, cancelled.signal);
  expect(stopped).toMatchObject({ refused: { code: 'cancelled' } });
  expect(stopped).not.toHaveProperty('failure');
});

it('what is found without blocking is handed on, and nothing where the conversation has its own', async () => {
  const guardrails = createGuardrails({
    moderate: async () => [{ categories: { law: true }, scores: { law: 0.9 } }],
    onFailed,
  });
  const { signal } = new AbortController();
  const lenient: RunPlan = { ...plan, guardrails: [{ moderation_llm_v2: { action: 'none' } }] };
  expect(await guardHandoff(call, lenient, said, guardrails, signal)).toEqual({
    findings: [
      { moderation_llm_v2: { action: 'none', categories: { law: { score: 0.9, violated: true } } } },
    ],
  });
  const ofConversation: RunPlan = { ...lenient, guardrailsOf: 'conversation' };
  expect(await guardHandoff(call, ofConversation, said, guardrails, signal)).toEqual({});
  expect(await guardHandoff(call, { ...plan, guardrails: [] }, said, guardrails, signal)).toEqual({});
});

it('what nothing can enforce any more ends the run: it was configured when the agent was made', async () => {
  const stopped = await guardHandoff(
    call,
    plan,
    said,
    createGuardrails({ onFailed }),
    new AbortController().signal,
  );
  expect(stopped).toMatchObject({ failure: { code: 'not_supported' } });
});
