import type { Entry } from '@tramontane/engine';
import type { AppendConversation, RestartConversation, StartConversation } from '@tramontane/wire';
import type { Agents } from './agents.ts';
import { notFound } from './api-error.ts';
import { beginTurn, stillAnswering, type BeginPorts, type Turn } from './begin-turn.ts';
import type { Caller } from './caller.ts';
import { cancelRun, type Cancellation } from './cancel-run.ts';
import { checkInputs } from './check-inputs.ts';
import { confirmCalls } from './confirm-calls.ts';
import { toTarget } from './conversation-target.ts';
import type { Conversation } from './conversation.ts';
import { toGivenEntries } from './given-entries.ts';
import type { GivenToolsPorts } from './given-tools.ts';
import type { Histories } from './histories.ts';
import { createId, isPlainId } from './ids.ts';
import type { Planner } from './plan-turn.ts';
import type { ConversationStore } from './ports.ts';
import type { Asked } from './request-key.ts';
import { restartConversation } from './restart-conversation.ts';
import { turnOnce, type TurnOncePorts } from './turn-once.ts';
import { refuseUnstorable } from './unsupported.ts';

/** What can be done with conversations (`/v1/conversations`). */
export interface Conversations {
  start(caller: Caller, given: StartConversation, asked: Asked): Promise<Turn>;
  append(caller: Caller, id: string, given: AppendConversation, asked: Asked): Promise<Turn>;
  /** A new conversation that begins with this one's entries. */
  restart(caller: Caller, id: string, given: RestartConversation, asked: Asked): Promise<Turn>;
  cancel(caller: Caller, id: string, signal: AbortSignal): Promise<Cancellation>;
  get(caller: Caller, id: string): Promise<Conversation>;
  list(
    caller: Caller,
    page: { offset: number; limit: number; metadata?: Readonly<Record<string, unknown>> },
  ): Promise<Conversation[]>;
  history(caller: Caller, id: string): Promise<readonly Entry[]>;
  remove(caller: Caller, id: string): Promise<void>;
}

export interface ConversationsPorts extends GivenToolsPorts, BeginPorts, TurnOncePorts {
  readonly runs: BeginPorts['runs'];
  readonly agents: Agents;
  readonly planner: Planner;
  readonly conversations: ConversationStore;
  readonly histories: Histories;
}

export function createConversations(ports: ConversationsPorts): Conversations {
  const get = async (caller: Caller, id: string) => {
    const conversation = isPlainId(id) ? await ports.conversations.get(caller, id) : undefined;
    if (!conversation) throw notFound('conversation', id);
    return conversation;
  };

  const start = async (caller: Caller, given: StartConversation, asked: Asked) => {
    for (const key of ['name', 'description', 'metadata', 'tools'] as const)
      refuseUnstorable(given[key], ['body', key]);
    const { target, inline } = await toTarget(caller, given, ports);
    const inputs = toGivenEntries(given.inputs, ports.now());
    checkInputs(inputs, []);
    const plan = await ports.planner.planTurn(caller, target, [], toSettings(given));
    const { name = null, description = null, metadata = null } = given;
    const create = { target, name, description, metadata };
    const conversation = { id: createId('conversation'), create, inline };
    return beginTurn(caller, { plan, inputs, store: given.store, conversation }, ports, asked);
  };
  const append = async (
    caller: Caller,
    id: string,
    given: AppendConversation,
    asked: Asked,
  ): Promise<Turn> => {
    const { target } = await get(caller, id);
    const history = await ports.histories.read(caller, id);
    const { decisions, repeatedIn } = confirmCalls(given.tool_confirmations ?? [], history);
    const inputs = toGivenEntries(given.inputs ?? [], ports.now());
    const plan = await ports.planner.planTurn(caller, target, history.entries, toSettings(given));
    const isRepeated = repeatedIn !== undefined && decisions.length === 0 && inputs.length === 0;
    // Where its turn failed, the model is asked anew: the answer would be that failure for ever.
    if (isRepeated && repeatedIn !== history.failedRun) {
      // Asked again, by a client that did not hear the answer for one: it hears it now, and nothing is done again.
      const { offline } = ports.checkModel(plan.model);
      const signals = ports.runs.read(caller, repeatedIn, asked.signal);
      return { conversationId: id, runId: repeatedIn, offline, signals };
    }
    if (history.running) throw stillAnswering(id);
    const stillOpen = checkInputs(inputs, history.entries, decisions);
    const conversation = { id, runsSeen: history.runs };
    const turn = { plan, inputs, before: history.entries, decisions, stillOpen };
    return beginTurn(caller, { ...turn, store: given.store, conversation }, ports, asked);
  };

  return {
    get,
    start: (caller, given, asked) => turnOnce(caller, given, asked, ports, () => start(caller, given, asked)),
    append: (caller, id, given, asked) =>
      turnOnce(caller, given, asked, ports, () => append(caller, id, given, asked)),
    restart: (caller, id, given, asked) =>
      turnOnce(caller, given, asked, ports, async () => {
        const conversation = await get(caller, id);
        const { entries } = await ports.histories.read(caller, id);
        const turn = await restartConversation(caller, conversation, entries, given, ports);
        return beginTurn(caller, turn, ports, asked);
      }),
    async cancel(caller, id, signal) {
      await get(caller, id);
      return await cancelRun(caller, id, ports, signal);
    },
    async list(caller, page) {
      refuseUnstorable(page.metadata, ['query', 'metadata']);
      return await ports.conversations.list(caller, page);
    },
    async history(caller, id) {
      await get(caller, id);
      return (await ports.histories.read(caller, id)).entries;
    },
    async remove(caller, id) {
      const running = isPlainId(id) ? await ports.conversations.remove(caller, id) : undefined;
      if (!running) throw notFound('conversation', id);
      ports.histories.forget(caller, id);
      for (const runId of running) ports.runs.stop(runId);
    },
  };
}

function toSettings(
  given: Pick<AppendConversation, 'completion_args' | 'handoff_execution'> | StartConversation,
) {
  return { args: given.completion_args ?? null, handoffExecution: given.handoff_execution };
}
