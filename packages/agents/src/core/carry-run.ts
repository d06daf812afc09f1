import {
  driveRun,
  foldEntries,
  foldRun,
  type AppendEvents,
  type CallModel,
  type DriveOptions,
  type Entry,
  type Handoff,
  type RunEnd,
  type RunEvent,
  type ToolCall,
} from '@tramontane/engine';
import { refusedCall } from './call-connector.ts';
import type { Caller } from './caller.ts';
import type { Connector } from './connector.ts';
import { guardHandoff } from './guard-handoff.ts';
import type { Guardrails } from './guardrails.ts';
import { createCallId, createId } from './ids.ts';
import type { RunFeed } from './run-feed.ts';
import type { RunPlan } from './run-plan.ts';
import { openToolbox, type Toolbox, type ToolboxPorts } from './toolbox.ts';

export interface CarriedRun {
  readonly id: string;
  readonly caller: Caller;
  readonly plan: RunPlan;
  /** What the conversation held before this run. */
  readonly history: readonly Entry[];
  /** What is written down of the run so far; it holds at least `run.started`. */
  readonly events: readonly RunEvent[];
  /** Connectors that this run brings along and that are kept nowhere: those of a run that is not stored. */
  readonly unstored?: readonly Connector[];
}

/** The plan of the agent that takes over, made as the caller; `undefined` when the caller has no such agent. */
export type PlanHandoff = (caller: Caller, agentId: string, from: RunPlan) => Promise<RunPlan | undefined>;

export interface CarryPorts extends ToolboxPorts {
  readonly callModel: CallModel;
  readonly planHandoff: PlanHandoff;
  readonly guardrails: Guardrails;
  readonly now: () => Date;
  readonly limits: DriveOptions['limits'];
}

/** Carries a run to its end, telling its feed what is written down and what is said on the way. */
export async function carryRun(
  run: CarriedRun,
  append: AppendEvents,
  feed: RunFeed,
  ports: CarryPorts,
  signal: AbortSignal,
): Promise<RunEnd> {
  const log = [...run.events];
  const record: AppendEvents = async (seq, events) => {
    await append(seq, events);
    feed.record(seq, events);
  };
  const [started] = log;
  const decisions = started?.type === 'run.started' ? (started.decisions ?? []) : [];
  const allowed = decisions.flatMap(each => (each.confirmation === 'allowed' ? each.call : []));
  // Misses hold for the run that met them: what an earlier one could not reach may be there again.
  const begun = started?.type === 'run.started' ? (started.history ?? []) : [];
  const history = [...run.history, ...begun].filter(({ kind }) => kind !== 'tools.missing');
  const inputs = started?.type === 'run.started' ? started.inputs : [];

  let { plan } = run;
  let toolbox = await openToolbox({ ...run, signal }, plan, ports, allowed);
  const known = new Set(foldRun(log).missing);
  const missing = newlyMissing(toolbox, known, ports.now());
  if (missing.length > 0) {
    await record(log.length, missing);
    log.push(...missing);
  }

  const handOff = async (call: ToolCall): Promise<Handoff> => {
    const agentId = call.target.kind === 'handoff' ? call.target.agentId : '';
    const next = await ports.planHandoff(run.caller, agentId, plan);
    if (!next) return { refused: refusedCall(call, 'agent_gone', 'there is no such agent any more.') };
    const checked = await guardHandoff(call, next, [...history, ...inputs], ports.guardrails, signal);
    if ('refused' in checked) return checked;
    const agents = {
      previousAgentId: plan.agentId ?? '',
      previousAgentName: plan.agentName ?? '',
      nextAgentId: agentId,
      nextAgentName: next.agentName ?? '',
      ...checked,
    };
    if (plan.handoffExecution === 'client') return agents;
    toolbox = await openToolbox({ ...run, signal }, next, ports);
    plan = next;
    return { ...agents, plan: { ...next }, missing: newlyMissing(toolbox, known, ports.now()) };
  };

  return await driveRun(
    log,
    {
      append: record,
      callModel: ports.callModel,
      createRequest: events => ({
        model: plan.model,
        instructions: [plan.instructions, ...toolbox.prompts].filter(text => text !== '').join('\n\n'),
        entries: [...history, ...foldEntries(events.map(withoutHistory), run.plan.agentId)],
        tools: toolbox.specs,
        toolChoice: toolbox.specs.length === 0 ? 'auto' : plan.toolChoice,
        settings: plan.settings,
      }),
      routeOf: name => toolbox.routeOf(name),
      callTool: (call, args, options) => toolbox.call(call, args, options),
      keyOf: call => `${run.id}:${call.callId}`,
      handOff,
      agentId: () => plan.agentId,
      onDelta: feed.delta,
      now: ports.now,
      createId: kind => (kind === 'call' ? createCallId() : createId(kind)),
    },
    { signal, limits: ports.limits },
  );
}

function withoutHistory(event: RunEvent): RunEvent {
  return event.type === 'run.started' ? { ...event, history: [] } : event;
}

/** A server that is away is written down once, also when the run is resumed while it is still away. */
function newlyMissing(toolbox: Toolbox, known: Set<string>, now: Date): RunEvent[] {
  const missing = toolbox.missing.filter(({ connectorId }) => !known.has(connectorId));
  for (const { connectorId } of missing) known.add(connectorId);
  const at = now.toISOString();
  return missing.map(each => ({ type: 'tools.missing', at, entryId: createId('toolExecution'), ...each }));
}
