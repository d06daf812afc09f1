import type { RunDelta, RunEnd, RunEvent, RunFailure, ToolCall } from './events.ts';
import { handOff, type Handoff } from './hand-off.ts';
import { hearAnswer } from './hear-answer.ts';
import { holdUntil } from './hold-until.ts';
import { isEmptyContent } from './content.ts';
import { endingEvents } from './end-run.ts';
import { ModelFailure, type CallModel, type ModelRequest } from './model.ts';
import { nextStep, splitUnanswered, type Limits } from './next-step.ts';
import { createRecord, type AppendEvents, type RunRecord } from './record.ts';
import { applyEvent, type RunState } from './state.ts';
import { failedOutcome, UNKNOWN_OUTCOME, type CallRoute, type ToolOutcome } from './tools.ts';

/** What a run needs from outside. Nothing here is reached for: the loop owns no clock, no ids and no connections. */
export interface RunPorts {
  readonly append: AppendEvents;
  readonly callModel: CallModel;
  /** The next question to the model, from what happened so far. */
  readonly createRequest: (events: readonly RunEvent[]) => ModelRequest;
  readonly routeOf: (toolName: string) => CallRoute;
  /** Answers a call. Every failure is an outcome, also a call cut off by `signal`, which may have run. */
  readonly callTool: (
    call: ToolCall,
    args: Readonly<Record<string, unknown>>,
    options: { readonly key: string; readonly signal: AbortSignal },
  ) => Promise<ToolOutcome>;
  /** The same call has the same key on every attempt, in every process. */
  readonly keyOf: (call: ToolCall) => string;
  /** What comes of a handoff. Once it is written down, the other ports speak for the next agent. */
  readonly handOff: (call: ToolCall) => Promise<Handoff>;
  /** The agent that answers now. */
  readonly agentId: () => string | undefined;
  readonly onDelta: (delta: RunDelta) => void;
  readonly now: () => Date;
  readonly createId: (
    kind: 'message' | 'functionCall' | 'toolExecution' | 'handoff' | 'call' | 'answer',
  ) => string;
}

export interface DriveOptions {
  readonly signal: AbortSignal;
  readonly limits: Limits & {
    /** Calls of one answer that are under way at once. */
    readonly maxParallelCalls: number;
    /** Handoffs in one run: agents that hand over to one another would never end. */
    readonly maxHandoffs: number;
  };
}

/**
 * Takes a run from where its log ends to its end, and writes every step down before anything outside can notice it.
 * The model is asked while the answers it reads are being committed: asking does nothing, and nobody hears a word of it
 * before they are.
 * Started again with the log of a crashed run it goes on: answered calls stay answered, unanswered ones are sent
 * again only where that cannot do anything twice.
 */
export async function driveRun(
  log: readonly RunEvent[],
  ports: RunPorts,
  options: DriveOptions,
): Promise<RunEnd> {
  const record = createRecord(log, ports.append);
  const drive: Drive = { record, ports, options, unsent: new Set() };
  await settleUnanswered(record, ports);

  for (;;) {
    if (options.signal.aborted && !record.state.end) return await cancel(drive);
    const step = nextStep(record.state, options.limits);
    switch (step.do) {
      case 'nothing':
        return record.state.end ?? { reason: 'cancelled' };
      case 'finish':
        await record.add({ type: 'run.finished', at: iso(ports), end: step.end });
        break;
      case 'call-tools':
        await callTools(step.calls, drive);
        break;
      case 'hand-off':
        await handOff(step.calls, record, ports, options.limits.maxHandoffs);
        break;
      case 'call-model': {
        const failed = await askModel(step.tools, drive);
        if (failed) await record.add({ type: 'run.finished', at: iso(ports), end: failed });
        break;
      }
    }
  }
}

/** One run on its way, in one process. */
interface Drive {
  readonly record: RunRecord;
  readonly ports: RunPorts;
  readonly options: DriveOptions;
  /** Calls that are written down as sent and have not left. */
  readonly unsent: Set<string>;
}

async function settleUnanswered(record: RunRecord, ports: RunPorts): Promise<void> {
  const { unknown } = splitUnanswered(record.state);
  if (unknown.length === 0) return;
  await record.add(
    ...unknown.map(call => ({
      type: 'tool.answered' as const,
      at: iso(ports),
      callId: call.callId,
      outcome: UNKNOWN_OUTCOME,
    })),
  );
}

async function askModel(
  tools: 'allowed' | 'forbidden',
  { record, ports, options: { signal, limits }, unsent }: Drive,
): Promise<RunEnd | undefined> {
  const startedAt = iso(ports);
  const entryId = ports.createId('message');
  const request = ports.createRequest(record.events);
  const agentId = ports.agentId();
  const by = { model: request.model, ...(agentId !== undefined && { agentId }) };
  // A forced choice holds for the first answer only: forced again, the turn could never end with words.
  const continues = record.state.answers > 0 || record.state.continues;
  const forced = request.toolChoice !== 'auto' && request.toolChoice !== 'none';
  const afterTools = continues && forced;
  const toolChoice = tools === 'forbidden' ? 'none' : afterTools ? 'auto' : request.toolChoice;
  const held = holdUntil(record.committed(), ports.onDelta);
  const heard = hearAnswer({ entryId, ...by }, tools === 'allowed', ports, held.tell);
  try {
    const answer = await ports.callModel({ ...request, toolChoice }, { signal, onDelta: heard.hear });
    held.end();
    const { calls, afterCalls } = heard.end(answer);
    const speaks = !isEmptyContent(answer.content) || calls.length === 0;
    const answered: RunEvent = {
      type: 'model.answered',
      at: iso(ports),
      startedAt,
      answer: ports.createId('answer'),
      ...by,
      ...(speaks && { message: { entryId, content: answer.content, ...(afterCalls > 0 && { afterCalls }) } }),
      calls,
      usage: answer.usage,
      finish: answer.finish,
    };
    const next = signal.aborted ? [] : following(applyEvent(record.state, answered), ports, limits);
    for (const event of next) if (event.type === 'tool.sent') unsent.add(event.callId);
    await record.add(answered, ...next);
    return undefined;
  } catch (error) {
    if (signal.aborted) return { reason: 'cancelled' };
    if (!(error instanceof ModelFailure)) throw error;
    return { reason: 'failed', failure: toRunFailure(error) };
  }
}

function toRunFailure({ code, message, status, retryAfterSeconds }: ModelFailure): RunFailure {
  return {
    code,
    message,
    ...(status !== undefined && { status }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/** What follows from an answer by itself is written down with it, in one commit: the end, or the calls that leave now. */
function following(state: RunState, ports: RunPorts, limits: DriveOptions['limits']): RunEvent[] {
  const step = nextStep(state, limits);
  if (step.do === 'finish') return [{ type: 'run.finished', at: iso(ports), end: step.end }];
  if (step.do !== 'call-tools') return [];
  return step.calls
    .slice(0, limits.maxParallelCalls)
    .filter(call => 'args' in readCall(call))
    .map(call => toSent(call, ports));
}

function toSent(call: ToolCall, ports: RunPorts): RunEvent {
  return { type: 'tool.sent', at: iso(ports), callId: call.callId, key: ports.keyOf(call) };
}

async function callTools(calls: readonly ToolCall[], drive: Drive): Promise<void> {
  const waiting = [...calls];
  const worker = async () => {
    for (let call = waiting.shift(); call; call = waiting.shift()) await callOne(call, drive);
  };
  const { maxParallelCalls } = drive.options.limits;
  const workers = Array.from({ length: Math.min(maxParallelCalls, calls.length) }, worker);
  // All are awaited before a failure is thrown: no call may go on behind the back of a run that was given up.
  const settled = await Promise.allSettled(workers);
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
}

async function callOne(call: ToolCall, { record, ports, options: { signal }, unsent }: Drive): Promise<void> {
  // Not waited for: the next commit waits for it, and fails where this one did.
  const answered = (outcome: ToolOutcome, durationMs?: number) =>
    void record.add({
      type: 'tool.answered',
      at: iso(ports),
      callId: call.callId,
      outcome,
      ...(durationMs !== undefined && { durationMs }),
    });

  if (signal.aborted) return; // Not sent: the run's end says so.
  const read = readCall(call);
  if ('refused' in read) return answered(read.refused);
  const key = ports.keyOf(call);
  if (!record.state.calls.get(call.callId)?.sent) {
    unsent.add(call.callId);
    await record.add(toSent(call, ports));
    if (signal.aborted) return;
  }
  unsent.delete(call.callId);
  const startedAt = ports.now().getTime();
  const outcome = await ports.callTool(call, read.args, { key, signal });
  answered(outcome, ports.now().getTime() - startedAt);
}

/** What a call leaves with, or the answer to one that cannot leave. */
function readCall({ name, target, arguments: text }: ToolCall) {
  if (target.kind === 'none')
    return { refused: failedOutcome('unknown_tool', `There is no tool named ${JSON.stringify(name)} here.`) };
  const args = parseArguments(text);
  if (args) return { args };
  const message = `The arguments of ${name} are not a JSON object. Send them again as one.`;
  return { refused: failedOutcome('invalid_arguments', message) };
}

/** Models leave the arguments of a tool without parameters empty. */
function parseArguments(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

async function cancel({ record, ports, unsent }: Drive): Promise<RunEnd> {
  const end: RunEnd = { reason: 'cancelled' };
  await record.add(...endingEvents(record.state, end, iso(ports), unsent));
  return end;
}

function iso(ports: RunPorts): string {
  return ports.now().toISOString();
}
