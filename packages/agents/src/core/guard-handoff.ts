import type { Entry, Finding, Handoff, ToolCall } from '@tramontane/engine';
import { ApiError } from './api-error.ts';
import { refusedCall } from './call-connector.ts';
import type { Guardrails } from './guardrails.ts';
import type { RunPlan } from './run-plan.ts';

/**
 * What the guardrails of an agent that takes over make of the users' words, all of which it reads for the first time:
 * what they found and let pass, or a refusal. An agent that is refused never was in charge, and the run ends.
 */
export async function guardHandoff(
  call: ToolCall,
  next: RunPlan,
  read: readonly Entry[],
  guardrails: Guardrails,
  signal: AbortSignal,
): Promise<Extract<Handoff, { refused: object }> | { readonly findings?: readonly Finding[] }> {
  // Those of a conversation were asked when its words arrived.
  if (next.guardrailsOf === 'conversation') return {};
  try {
    const findings = await guardrails.check(next.guardrails, read, signal);
    return findings ? { findings } : {};
  } catch (error) {
    if (signal.aborted) return { refused: refusedCall(call, 'cancelled', 'the run was cancelled.') };
    if (!(error instanceof ApiError)) throw error;
    const { code, message } = error;
    const failure = { code, message: `${next.agentName ?? 'The next agent'} did not take over. ${message}` };
    return { refused: refusedCall(call, code, message), failure };
  }
}
