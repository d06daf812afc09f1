import type { Decision, Entry, FunctionCall, RunEvent, RunSignal } from '@tramontane/engine';
import { ApiError, notFound } from './api-error.ts';
import type { CarriedRun } from './carry-run.ts';
import type { Caller } from './caller.ts';
import type { Guardrails } from './guardrails.ts';
import { createId } from './ids.ts';
import type { CheckModel } from './models.ts';
import type { RunStore, StartIn } from './ports.ts';
import type { Asked } from './request-key.ts';
import type { RunPlan } from './run-plan.ts';
import type { Runs } from './runs.ts';

/** A turn under way: read `signals` to its end, as one answer or as a stream. */
export interface Turn {
  readonly conversationId: string;
  readonly runId: string;
  /** Nothing of it is kept: its conversation is nowhere to be found. */
  readonly unstored?: true;
  /** Answered by the offline model, which stands in for one that is not there. */
  readonly offline: boolean;
  readonly signals: AsyncGenerator<RunSignal, void>;
}

export interface NewTurn {
  readonly plan: RunPlan;
  readonly inputs: readonly Entry[];
  /** What the conversation holds so far. */
  readonly before?: readonly Entry[];
  /** What a new conversation begins with. */
  readonly history?: readonly Entry[];
  readonly decisions?: readonly Decision[];
  readonly stillOpen?: readonly FunctionCall[];
  /** False: nothing of this turn is kept, and it lives as long as its reader. */
  readonly store: boolean;
  readonly conversation: StartIn;
}

export interface BeginPorts {
  readonly runStore: RunStore;
  readonly runs: Runs;
  readonly checkModel: CheckModel;
  readonly guardrails: Guardrails;
  readonly now: () => Date;
}

/** Writes a turn down and lets it run. */
export async function beginTurn(
  caller: Caller,
  turn: NewTurn,
  ports: BeginPorts,
  { signal, key }: Asked,
): Promise<Turn> {
  const { offline, refuseUnsendable } = ports.checkModel(turn.plan.model);
  await refuseUnsendable(turn.inputs);
  const found = await ports.guardrails.check(turn.plan.guardrails, turn.inputs, signal);
  const { history = [], decisions = [], stillOpen = [] } = turn;
  const first: RunEvent = {
    type: 'run.started',
    at: ports.now().toISOString(),
    inputs: turn.inputs,
    ...(history.length > 0 && { history }),
    ...(decisions.length > 0 && { decisions }),
    ...(stillOpen.length > 0 && { stillOpen }),
    ...(found && { findings: found }),
  };
  const { plan } = turn;
  const run: CarriedRun = { id: createId('run'), caller, plan, history: turn.before ?? [], events: [first] };
  const conversationId = turn.conversation.id;
  if (!turn.store) {
    refuseWaiting(turn);
    const inline = 'create' in turn.conversation ? turn.conversation.inline : [];
    const signals = ports.runs.readUnstored({ ...run, unstored: inline }, signal);
    return { conversationId, runId: run.id, unstored: true, offline, signals };
  }

  const started = await ports.runs.start(run, () =>
    ports.runStore.start(
      caller,
      { id: run.id, plan, first },
      turn.conversation,
      key && { key, answered: { offline } },
    ),
  );
  if (started === 'gone') throw notFound('conversation', conversationId);
  if (started === 'busy') throw stillAnswering(conversationId);
  return { conversationId, runId: run.id, offline, signals: ports.runs.read(caller, run.id, signal) };
}

/** Where nothing is kept, nothing can wait for a person, and no decision could count once. */
function refuseWaiting({ plan, decisions }: NewTurn): void {
  if (decisions?.length) {
    throw new ApiError(
      'invalid_request',
      'Confirmations must be stored to count once: leave out store:false.',
      {
        param: 'store',
      },
    );
  }
  const waits = plan.tools.some(
    tool => tool.type === 'connector' && tool.toolConfiguration?.requires_confirmation?.length,
  );
  if (!waits) return;
  throw new ApiError(
    'invalid_request',
    'Tools here need confirmation (requires_confirmation), and with store:false no call can wait for it. ' +
      'Leave out store:false, or leave these tools out with exclude.',
    { param: 'store' },
  );
}

export function stillAnswering(id: string): ApiError {
  return new ApiError('conflict', `Conversation ${id} is still answering. Append when its turn has ended.`);
}
