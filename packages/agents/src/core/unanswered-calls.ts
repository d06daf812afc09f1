import type { RunEvent, ToolCall } from '@tramontane/engine';
import { ApiError, wrongField } from './api-error.ts';
import { callConnector } from './call-connector.ts';
import type { Caller } from './caller.ts';
import { isPlainId } from './ids.ts';
import type { OwnedRun, RunStore } from './ports.ts';
import { reachConnector, type ReachedConnector, type UnreachedConnector } from './reach-connector.ts';
import type { ToolboxPorts } from './toolbox.ts';
import type { Settlement, UnansweredCall, UnansweredCallStore } from './unanswered-call.ts';
import { refuseUnstorable } from './unsupported.ts';

/** An unanswered call with the call itself, as it stands in the log. */
export interface ShownCall extends UnansweredCall {
  readonly call: ToolCall;
}

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** What can be done with calls that got no answer (`/v1/unanswered_calls`): look at them, look again, settle them. */
export interface UnansweredCalls {
  list(caller: Caller, filter: Page & { settled: boolean; conversationId?: string }): Promise<ShownCall[]>;
  /** Asks the tool's server again under the same key, where that cannot do a thing twice. Else nothing is sent. */
  check(caller: Caller, conversationId: string, callId: string, signal: AbortSignal): Promise<ShownCall>;
  /** Writes down what a person found out. */
  settle(
    caller: Caller,
    conversationId: string,
    callId: string,
    given: { verdict: 'ran' | 'did_not_run'; note: string | null },
  ): Promise<ShownCall>;
}

export interface UnansweredCallsPorts extends ToolboxPorts {
  readonly unanswered: UnansweredCallStore;
  readonly runStore: RunStore;
  readonly now: () => Date;
}

export function createUnansweredCalls(ports: UnansweredCallsPorts): UnansweredCalls {
  const show = async (found: UnansweredCall): Promise<{ shown: ShownCall; run: OwnedRun } | undefined> => {
    const run = await ports.runStore.load(found.runId);
    const call = run && findCall(run.events, found.callId);
    return run && call && { shown: { ...found, call }, run };
  };
  const get = async (caller: Caller, conversationId: string, callId: string) => {
    const plain = isPlainId(conversationId) && isPlainId(callId);
    const found = plain ? await ports.unanswered.find(caller, conversationId, callId) : undefined;
    const known = found && (await show(found));
    if (known) return known;
    throw new ApiError(
      'not_found',
      `Conversation ${JSON.stringify(conversationId)} has no unanswered call ${JSON.stringify(callId)}.`,
    );
  };
  const settled = async (caller: Caller, { shown }: { shown: ShownCall }, settlement: Settlement) => {
    if (await ports.unanswered.settle(caller, shown, settlement)) return { ...shown, settlement };
    return (await get(caller, shown.conversationId, shown.callId)).shown;
  };

  return {
    async list(caller, filter) {
      const found = await ports.unanswered.list(caller, filter);
      const shown = await Promise.all(found.map(show));
      return shown.flatMap(each => (each ? each.shown : []));
    },
    async settle(caller, conversationId, callId, given) {
      refuseUnstorable(given.note, ['body', 'note']);
      const known = await get(caller, conversationId, callId);
      const ran = given.verdict === 'ran';
      const words = `A person found out that the tool ${ran ? 'ran' : 'did not run'}.`;
      const text = given.note === null ? words : `${words} They say: ${given.note}`;
      const call = await settled(caller, known, {
        ...given,
        by: caller.user,
        at: ports.now().toISOString(),
        outcome: {
          status: ran ? 'done' : 'failed',
          isError: !ran,
          code: 'settled',
          content: [{ type: 'text', text }],
        },
      });
      if (call.settlement?.verdict === given.verdict) return call;
      throw wrongField(['body', 'verdict'], `This call is settled already: ${call.settlement?.verdict}.`);
    },
    async check(caller, conversationId, callId, signal) {
      const known = await get(caller, conversationId, callId);
      if (known.shown.settlement) return known.shown;
      const { target, arguments: args } = known.shown.call;
      const reached = await reachAgain(caller, known.run, target, ports);
      if (
        target.kind !== 'connector' ||
        !target.repeatable ||
        !reached ||
        !ports.servers.isTrusted(reached.connector)
      ) {
        throw new ApiError(
          'invalid_request',
          'The server of this tool cannot tell whether the call ran: it takes no keys, is not trusted, or its ' +
            'connector is gone. Look at what the tool does yourself, and settle the call.',
        );
      }
      if ('failure' in reached) throw new ApiError('invalid_request', reached.failure.message);
      const options = { key: `${known.run.id}:${callId}`, signal };
      const outcome = await callConnector(
        ports.servers,
        reached,
        target.tool,
        JSON.parse(args || '{}') as Record<string, unknown>,
        options,
      );
      // Nothing new is known: it stays as it is.
      if (outcome.status !== 'done') return known.shown;
      const at = ports.now().toISOString();
      return settled(caller, known, { verdict: 'answered', note: null, by: caller.user, at, outcome });
    },
  };
}

/** The connector a call went to, reached as its run reaches it. */
async function reachAgain(
  caller: Caller,
  { plan }: OwnedRun,
  target: ToolCall['target'],
  ports: ToolboxPorts,
): Promise<ReachedConnector | UnreachedConnector | undefined> {
  if (target.kind !== 'connector') return undefined;
  const { connectorId, connectorName } = target;
  const tool = plan.tools.find(
    each => each.type === 'connector' && [connectorId, connectorName].includes(each.connectorId),
  );
  const run = { caller, viaAgent: plan.agentId !== undefined };
  const named = tool?.type === 'connector' ? tool : ({ type: 'connector', connectorId } as const);
  const reached = await reachConnector(run, named, ports);
  // Another one may have the name now.
  return reached?.connector.id === connectorId ? reached : undefined;
}

function findCall(events: readonly RunEvent[], callId: string): ToolCall | undefined {
  const calls = events.flatMap(event => {
    if (event.type === 'model.answered') return event.calls;
    return event.type === 'run.started' ? (event.decisions ?? []).map(({ call }) => call) : [];
  });
  return calls.find(call => call.callId === callId);
}
