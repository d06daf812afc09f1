import type { Entry, RunSignal } from '@tramontane/engine';
import type { AppendConversation, CompletionArgs, StartConversation } from '@tramontane/wire';
import type { Agents } from './agents.ts';
import { ApiError, notFound, wrongField } from './api-error.ts';
import type { CarriedRun } from './carry-run.ts';
import type { Caller } from './caller.ts';
import { checkInputs } from './check-inputs.ts';
import type { Connector } from './connector.ts';
import type { Conversation, ConversationTarget } from './conversation.ts';
import { toGivenEntries } from './given-entries.ts';
import { toStoredTools, type GivenToolsPorts } from './given-tools.ts';
import { toHistory } from './history.ts';
import { createId, isPlainId } from './ids.ts';
import type { CheckModel, ConversationStore, RunStore, StartIn } from './ports.ts';
import { planForAgent, planForModel, type RunPlan } from './run-plan.ts';
import type { Runs } from './runs.ts';
import { refuseUnstorable, refuseUnsupported } from './unsupported.ts';

/** A turn under way: read `signals` to its end, as one answer or as a stream. */
export interface Turn {
  readonly conversationId: string;
  readonly agentId?: string;
  readonly model: string;
  /** Answered by the offline model, which stands in for one that is not there. */
  readonly offline: boolean;
  readonly signals: AsyncGenerator<RunSignal, void>;
}

/** What can be done with conversations (`/v1/conversations`). */
export interface Conversations {
  start(caller: Caller, given: StartConversation, signal: AbortSignal): Promise<Turn>;
  append(caller: Caller, id: string, given: AppendConversation, signal: AbortSignal): Promise<Turn>;
  get(caller: Caller, id: string): Promise<Conversation>;
  list(
    caller: Caller,
    page: { offset: number; limit: number; metadata?: Readonly<Record<string, unknown>> },
  ): Promise<Conversation[]>;
  history(caller: Caller, id: string): Promise<Entry[]>;
  remove(caller: Caller, id: string): Promise<void>;
}

export interface ConversationsPorts extends GivenToolsPorts {
  readonly agents: Agents;
  readonly conversations: ConversationStore;
  readonly runStore: RunStore;
  readonly runs: Runs;
  readonly checkModel: CheckModel;
  readonly now: () => Date;
}

export function createConversations(ports: ConversationsPorts): Conversations {
  const get = async (caller: Caller, id: string) => {
    const conversation = isPlainId(id) ? await ports.conversations.get(caller, id) : undefined;
    if (!conversation) throw notFound('conversation', id);
    return conversation;
  };

  const begin = async (
    caller: Caller,
    turn: {
      plan: RunPlan;
      inputs: readonly Entry[];
      history: readonly Entry[];
      store: boolean;
      conversation: StartIn;
    },
    signal: AbortSignal,
  ): Promise<Turn> => {
    const { model } = turn.plan;
    const { offline } = ports.checkModel(model);
    const first = { type: 'run.started', at: ports.now().toISOString(), inputs: turn.inputs } as const;
    const run: CarriedRun = {
      id: createId('run'),
      caller,
      plan: turn.plan,
      history: turn.history,
      events: [first],
    };
    const conversationId = turn.conversation.id;
    const answer = {
      conversationId,
      model,
      offline,
      ...(turn.plan.agentId !== undefined && { agentId: turn.plan.agentId }),
    };
    if (!turn.store) {
      const inline = 'create' in turn.conversation ? turn.conversation.inline : [];
      return { ...answer, signals: ports.runs.readUnstored({ ...run, unstored: inline }, signal) };
    }

    const started = await ports.runs.start(run, () =>
      ports.runStore.start(caller, { id: run.id, plan: turn.plan, first }, turn.conversation),
    );
    if (started === 'gone') throw notFound('conversation', conversationId);
    if (started === 'busy') throw stillAnswering(conversationId);
    return { ...answer, signals: ports.runs.read(caller, run.id, signal) };
  };

  const planFor = async (caller: Caller, target: ConversationTarget, args: CompletionArgs | null) => {
    if (target.kind === 'model') return planForModel(target, args);
    const agent = await ports.agents.get(caller, target.agentId, target.agentVersion ?? undefined);
    return planForAgent(agent.id, agent.config, args);
  };

  return {
    get,
    async start(caller, given, signal) {
      refuseUnsupported(given);
      for (const key of ['name', 'description', 'metadata', 'tools'] as const)
        refuseUnstorable(given[key], ['body', key]);
      refuseClientHandoff(given.handoff_execution);
      const { target, inline } = await toTarget(caller, given, ports);
      const inputs = toGivenEntries(given.inputs, ports.now());
      checkInputs(inputs, []);
      const plan = await planFor(caller, target, given.completion_args ?? null);
      const { name = null, description = null, metadata = null } = given;
      return begin(
        caller,
        {
          plan,
          inputs,
          history: [],
          store: given.store,
          conversation: {
            id: createId('conversation'),
            create: { target, name, description, metadata },
            inline,
          },
        },
        signal,
      );
    },
    async append(caller, id, given, signal) {
      refuseClientHandoff(given.handoff_execution);
      const conversation = await get(caller, id);
      given.tool_confirmations?.forEach((confirmation, index) => {
        throw wrongField(
          ['body', 'tool_confirmations', index, 'tool_call_id'],
          `No call ${JSON.stringify(confirmation.tool_call_id)} waits for confirmation.`,
        );
      });
      const runs = await ports.conversations.listRuns(caller, id);
      if (runs.some(({ running }) => running)) throw stillAnswering(id);
      const inputs = toGivenEntries(given.inputs ?? [], ports.now());
      const history = toHistory(runs);
      checkInputs(inputs, history);
      const plan = await planFor(caller, conversation.target, given.completion_args ?? null);
      return begin(
        caller,
        { plan, inputs, history, store: given.store, conversation: { id, runsSeen: runs.length } },
        signal,
      );
    },
    async list(caller, page) {
      refuseUnstorable(page.metadata, ['query', 'metadata']);
      return await ports.conversations.list(caller, page);
    },
    async history(caller, id) {
      await get(caller, id);
      return toHistory(await ports.conversations.listRuns(caller, id));
    },
    async remove(caller, id) {
      const running = isPlainId(id) ? await ports.conversations.remove(caller, id) : undefined;
      if (!running) throw notFound('conversation', id);
      for (const runId of running) ports.runs.stop(runId);
    },
  };
}

function stillAnswering(id: string): ApiError {
  return new ApiError('conflict', `Conversation ${id} is still answering. Append when its turn has ended.`);
}

async function toTarget(
  caller: Caller,
  given: StartConversation,
  ports: ConversationsPorts,
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
    return { target: { kind: 'agent', ...target }, inline: [] };
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

function refuseClientHandoff(execution: 'client' | 'server'): void {
  if (execution === 'client') {
    throw new ApiError('not_supported', 'handoff_execution "client" is not supported yet. Use "server".', {
      param: 'handoff_execution',
    });
  }
}
