import {
  driveRun,
  foldEntries,
  foldRun,
  type AppendEvents,
  type CallModel,
  type DriveOptions,
  type Entry,
  type RunEnd,
  type RunEvent,
} from '@tramontane/engine';
import type { Caller } from './caller.ts';
import type { Connector } from './connector.ts';
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

export interface CarryPorts extends ToolboxPorts {
  readonly callModel: CallModel;
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

  const toolbox = await openToolbox(run, run.plan.tools, ports, signal);
  const missing = newlyMissing(log, toolbox, ports.now().toISOString());
  if (missing.length > 0) {
    await record(log.length, missing);
    log.push(...missing);
  }

  const instructions = [run.plan.instructions, ...toolbox.prompts].filter(text => text !== '').join('\n\n');
  return await driveRun(
    log,
    {
      append: record,
      callModel: ports.callModel,
      createRequest: events => ({
        model: run.plan.model,
        instructions,
        entries: [...run.history, ...foldEntries(events, run.plan.agentId)],
        tools: toolbox.specs,
        toolChoice: toolbox.specs.length === 0 ? 'auto' : run.plan.toolChoice,
        settings: run.plan.settings,
      }),
      targetOf: toolbox.targetOf,
      callTool: toolbox.call,
      keyOf: call => `${run.id}:${call.callId}`,
      onDelta: feed.delta,
      now: ports.now,
      createId: kind => (kind === 'call' ? createCallId() : createId(kind)),
    },
    { signal, limits: ports.limits },
  );
}

/** A server that is away is written down once, also when the run is resumed while it is still away. */
function newlyMissing(log: readonly RunEvent[], toolbox: Toolbox, at: string): RunEvent[] {
  const known = new Set(foldRun(log).missing);
  return toolbox.missing
    .filter(({ connectorId }) => !known.has(connectorId))
    .map(missing => ({ type: 'tools.missing', at, entryId: createId('toolExecution'), ...missing }));
}
