import type { StartConversation } from '@tramontane/wire';
import { wrongField } from './api-error.ts';
import type { Caller } from './caller.ts';
import type { Connector } from './connector.ts';
import type { ConversationTarget } from './conversation.ts';
import { toStoredTools, type GivenToolsPorts } from './given-tools.ts';

/** What answers in a conversation that is started, and the connectors that it brings along. */
export async function toTarget(
  caller: Caller,
  given: StartConversation,
  ports: GivenToolsPorts,
): Promise<{ target: ConversationTarget; inline: readonly Connector[] }> {
  if (given.agent_id != null) {
    if (given.tools?.length || given.instructions != null) {
      const key = given.tools?.length ? 'tools' : 'instructions';
      throw wrongField(
        ['body', key],
        `With agent_id the agent's own ${key} apply. Leave ${key} out, or use model.`,
      );
    }
    const target = { agentId: given.agent_id, agentVersion: given.agent_version ?? null };
    const guardrails = given.guardrails && { guardrails: given.guardrails };
    return { target: { kind: 'agent', ...target, ...guardrails }, inline: [] };
  }
  // The shape holds exactly one of the two, so that a model is given here.
  const { tools, inline } = await toStoredTools(caller, given.tools ?? [], ports);
  const target: ConversationTarget = {
    kind: 'model',
    model: given.model ?? '',
    instructions: given.instructions ?? null,
    tools,
    completionArgs: given.completion_args ?? {},
    guardrails: given.guardrails ?? null,
  };
  return { target, inline };
}
