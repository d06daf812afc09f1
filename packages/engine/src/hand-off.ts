import type { RunEvent, RunFailure, ToolCall } from './events.ts';
import type { RunPorts } from './drive-run.ts';
import type { RunRecord } from './record.ts';
import { failedOutcome, type ToolOutcome } from './tools.ts';

type HandedOff = Extract<RunEvent, { type: 'agent.handed_off' }>;

/** Who takes over from whom, and how the run goes on; or why nobody does. */
export type Handoff =
  | (Omit<HandedOff, 'type' | 'at' | 'callId'> & {
      /** Servers of the next agent that could not be reached. */
      readonly missing?: readonly RunEvent[];
    })
  | {
      readonly refused: ToolOutcome;
      /** The run ends with it. Without one the model reads what was refused and goes on. */
      readonly failure?: RunFailure;
    };

/** Hands over to the agent of the first call. What does not come about is an answer that the model reads, or ends the run. */
export async function handOff(
  [first, ...others]: readonly [ToolCall, ...ToolCall[]],
  record: RunRecord,
  ports: Pick<RunPorts, 'handOff' | 'now'>,
  maxHandoffs: number,
): Promise<void> {
  const refused = refusalOf(record, maxHandoffs);
  const handoff: Handoff = refused ? { refused } : await ports.handOff(first);
  const at = ports.now().toISOString();
  const answered = ({ callId }: ToolCall, outcome: ToolOutcome): RunEvent => ({
    type: 'tool.answered',
    at,
    callId,
    outcome,
  });
  await record.add(
    ...others.map(call =>
      answered(
        call,
        failedOutcome('one_handoff', 'One answer hands over to one agent: the first was taken.'),
      ),
    ),
    ...('refused' in handoff ? [answered(first, handoff.refused)] : toEvents(first, handoff, at)),
    ...failedBy(handoff, at),
  );
}

function refusalOf({ events, state }: RunRecord, maxHandoffs: number): ToolOutcome | undefined {
  if (state.handoffs >= maxHandoffs) {
    return failedOutcome(
      'handoff_limit',
      `The agents handed over ${maxHandoffs} times, the limit of one turn. Answer without another handoff.`,
    );
  }
  const answer = events.findLast(event => event.type === 'model.answered');
  // The call is this agent's: the next one may have neither its tools nor its credentials, and would read no answer.
  if (answer?.calls.some(call => call.confirmation)) {
    return failedOutcome(
      'calls_waiting',
      'Another call of the same answer waits for a person. Hand over once you have its result.',
    );
  }
  return undefined;
}

function failedBy(handoff: Handoff, at: string): RunEvent[] {
  const failure = 'refused' in handoff ? handoff.failure : undefined;
  return failure ? [{ type: 'run.finished', at, end: { reason: 'failed', failure } }] : [];
}

function toEvents(
  { callId }: ToolCall,
  { missing = [], ...agents }: Exclude<Handoff, { refused: ToolOutcome }>,
  at: string,
): RunEvent[] {
  return [{ type: 'agent.handed_off', at, callId, ...agents }, ...missing];
}
