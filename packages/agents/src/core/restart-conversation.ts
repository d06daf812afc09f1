import type { Entry } from '@tramontane/engine';
import type { RestartConversation } from '@tramontane/wire';
import { ApiError, wrongField } from './api-error.ts';
import type { NewTurn } from './begin-turn.ts';
import type { Caller } from './caller.ts';
import { checkInputs } from './check-inputs.ts';
import type { Connector } from './connector.ts';
import type { Conversation, ConversationTarget } from './conversation.ts';
import { toGivenEntries } from './given-entries.ts';
import { createId } from './ids.ts';
import type { Planner } from './plan-turn.ts';
import type { ConnectorStore } from './ports.ts';
import { refuseUnstorable } from './unsupported.ts';

/**
 * The first turn of a new conversation that begins with another one's entries, up to and including one of them. The
 * other one stays as it is.
 */
export async function restartConversation(
  caller: Caller,
  conversation: Conversation,
  entries: readonly Entry[],
  given: RestartConversation,
  ports: { readonly connectors: ConnectorStore; readonly planner: Planner; readonly now: () => Date },
): Promise<NewTurn> {
  refuseUnstorable(given.metadata, ['body', 'metadata']);
  const last = entries.findIndex(({ id }) => id === given.from_entry_id);
  if (last === -1) {
    const entry = JSON.stringify(given.from_entry_id);
    throw new ApiError('not_found', `Conversation ${conversation.id} has no entry ${entry}.`);
  }
  const history = entries.slice(0, last + 1);
  const inputs = toGivenEntries(given.inputs ?? [], ports.now());
  if (checkInputs(inputs, history).length > 0) {
    throw new ApiError(
      'calls_open',
      `Calls wait for confirmation at entry ${JSON.stringify(given.from_entry_id)}. Restart from an earlier entry.`,
    );
  }
  const target = toRestarted(conversation.target, given);
  const settings = { args: given.completion_args ?? null, handoffExecution: given.handoff_execution };
  const plan = await ports.planner.planTurn(caller, target, history, settings);
  const { name, description } = conversation;
  const metadata = given.metadata === undefined ? conversation.metadata : given.metadata;
  return {
    plan,
    inputs,
    history,
    store: given.store,
    conversation: {
      id: createId('conversation'),
      create: { target, name, description, metadata },
      inline: await inlineConnectors(caller, target, ports.connectors),
    },
  };
}

function toRestarted(target: ConversationTarget, given: RestartConversation): ConversationTarget {
  // What is left out is the agent's current version (API reference, restart).
  if (target.kind === 'agent') {
    const guardrails = given.guardrails && { guardrails: given.guardrails };
    return { ...target, agentVersion: given.agent_version ?? null, ...guardrails };
  }
  if (given.agent_version != null)
    throw wrongField(['body', 'agent_version'], 'This conversation is with a model, not with an agent.');
  return given.guardrails === undefined ? target : { ...target, guardrails: given.guardrails };
}

/** Kept for the new conversation too: the old one may be deleted meanwhile, with what only it named. */
async function inlineConnectors(
  caller: Caller,
  target: ConversationTarget,
  connectors: ConnectorStore,
): Promise<Connector[]> {
  if (target.kind !== 'model') return [];
  const found = await Promise.all(
    target.tools
      .filter(tool => tool.type === 'connector')
      .map(tool => connectors.find(caller, tool.connectorId)),
  );
  return found.flatMap(connector => (connector?.inline ? connector : []));
}
