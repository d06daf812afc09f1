import type { Entry } from '@tramontane/engine';
import type { Agent } from './agent.ts';
import type { Agents } from './agents.ts';
import { ApiError } from './api-error.ts';
import type { Caller } from './caller.ts';
import type { PlanHandoff } from './carry-run.ts';
import type { ConversationTarget } from './conversation.ts';
import type { HandoffPlan } from './handoff-tools.ts';
import { planForAgent, planForModel, type PlanArgs, type RunPlan } from './run-plan.ts';

export interface TurnSettings {
  readonly args: PlanArgs | null;
  readonly handoffExecution: 'client' | 'server';
}

/** Makes the plans of runs. Agents are looked up as the caller, so that nobody is handed over to another one's agent. */
export function createPlanner(agents: Agents) {
  const handoffsOf = async (caller: Caller, { config }: Agent): Promise<HandoffPlan[]> => {
    const found = await Promise.all((config.handoffs ?? []).map(id => findAgent(agents, caller, id)));
    // An agent that was deleted is no longer offered; the others stay.
    return found.flatMap(agent =>
      agent ? [{ agentId: agent.id, name: agent.config.name, description: agent.config.description }] : [],
    );
  };
  const planFor = async (caller: Caller, agent: Agent, settings: TurnSettings): Promise<RunPlan> => ({
    ...planForAgent(agent.id, agent.config, await handoffsOf(caller, agent), settings.args),
    handoffExecution: settings.handoffExecution,
  });

  const planHandoff: PlanHandoff = async (caller, agentId, from) => {
    const {
      override = null,
      handoffExecution = 'server',
      confirmation,
      guardrails,
      guardrailsOf,
      pinned,
    } = from;
    const version = pinned?.agentId === agentId ? pinned.version : undefined;
    const agent = await findAgent(agents, caller, agentId, version);
    if (!agent) return undefined;
    const plan = await planFor(caller, agent, { args: override, handoffExecution });
    return {
      ...plan,
      ...(confirmation && { confirmation }),
      ...(pinned && { pinned }),
      ...(guardrails && guardrailsOf && { guardrails, guardrailsOf }),
    };
  };

  return {
    planHandoff,
    /** The plan of a conversation's next turn: for the agent that is in charge, or the model. */
    async planTurn(
      caller: Caller,
      target: ConversationTarget,
      history: readonly Entry[],
      settings: TurnSettings,
    ): Promise<RunPlan> {
      if (target.kind === 'model') return planForModel(target, settings.args);
      const { agentId, agentVersion, guardrails } = target;
      const inCharge = agentInCharge(history) ?? agentId;
      const handedTo = inCharge === agentId ? undefined : await findAgent(agents, caller, inCharge);
      const agent = handedTo ?? (await agents.get(caller, agentId, agentVersion ?? undefined));
      const plan = await planFor(caller, agent, settings);
      return {
        ...plan,
        ...(agentVersion !== null && { pinned: { agentId, version: agentVersion } }),
        // Those of the conversation, where it was started with its own.
        ...(guardrails && { guardrails, guardrailsOf: 'conversation' }),
      };
    },
  };
}
export type Planner = ReturnType<typeof createPlanner>;

/** The agent that the newest handoff went to. Handoffs that a caller put into a history were never made here. */
function agentInCharge(history: readonly Entry[]): string | undefined {
  const newest = history.findLast(entry => entry.kind === 'agent.handoff' && entry.answer !== undefined);
  return newest?.kind === 'agent.handoff' ? newest.nextAgentId : undefined;
}

async function findAgent(
  agents: Agents,
  caller: Caller,
  id: string,
  version?: number | string,
): Promise<Agent | undefined> {
  try {
    return await agents.get(caller, id, version);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return undefined;
    throw error;
  }
}
